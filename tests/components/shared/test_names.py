from components.shared.names import principal_role, slug


def test_a_slug_is_words_and_hyphens() -> None:
    assert slug("Team/Platform_Admin ") == "team-platform-admin"


def test_a_role_and_a_user_of_one_name_stay_apart() -> None:
    assert principal_role("arn:aws:iam::111122223333:role/ci/deployer") == "role-ci-deployer"
    assert principal_role("arn:aws:iam::111122223333:user/ci/deployer") == "user-ci-deployer"
