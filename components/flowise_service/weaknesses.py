"""What is published against Flowise 3.1.4, and what closes it: a row per weakness, with its cures and their tests.

Nobody mends Flowise any more (docs/decisions/0021). `where` was read in the packages `flowise`, `flowise-components`
and `flowise-ui` 3.1.4 themselves, for headlines were wrong: paths are below their `dist`. A stack has one owner in one
workspace and no Enterprise licence, so that other workspaces, roles and single sign-on are out of anybody's reach.

A new cure goes into the row of what it closes, as kind and name (`CureKind` says what a name is), with the test that
fails without it; a row without cures says in `left` what to do. tests/contract/test_weaknesses.py holds that cures and
tests are there; `python -m tools.weakness_reference` writes docs/operations/flowise-weaknesses.md.
"""

from dataclasses import dataclass
from typing import Literal

# who can use it on a stack as it comes: anybody, whoever has an API key, whoever writes flows, nobody
Attacker = Literal["anybody", "key holder", "flow author", "nobody"]
# `denylist`: an entry of open_paths that asks for a login inside. `edge`: a rule of the firewall. `preload`: a file of
# assets. `variable`: one that environment.py sets. `refused`: one that settings refuse. `override`: a package that
# image/package.json puts another version of in its place.
CureKind = Literal["denylist", "edge", "preload", "variable", "refused", "override"]


@dataclass(frozen=True)
class Cure:
    """What closes a weakness, and its name there."""

    kind: CureKind
    name: str


@dataclass(frozen=True, kw_only=True)
class Weakness:
    """A weakness of 3.1.4: the score as published and by whom, None where no record could be read.

    `tests` are of pytest's form, file::name. `opened_by` names what takes the cure away: a setting.
    """

    ids: tuple[str, ...]
    what: str
    score: str | None
    attacker: Attacker
    where: str
    cures: tuple[Cure, ...] = ()
    tests: tuple[str, ...] = ()
    opened_by: str = ""
    left: str = ""


_FIREWALL = "tests/components/waf_cdn/firewall/test_firewall.py"
_SETTINGS = "tests/components/flowise_service/test_settings.py"
_ENVIRONMENT = "tests/components/flowise_service/test_environment.py"
_PATHS = "tests/components/flowise_service/test_open_paths.py"
_CLOSED_AS_IT_COMES = f"{_FIREWALL}::test_what_no_stack_asked_for_is_closed_and_the_rest_as_open_as_ever"
_SCRIPT = (
    "tests/components/flowise_service/test_edge_script.py"
    "::test_every_request_gets_from_what_is_deployed_what_the_table_says"
)
_BY_KEY = "edge.firewall.program_paths, where it names the path, to keys with the permission"
_NO_LOGIN_LIST = f"{_PATHS}::test_a_stack_that_asks_for_nothing_closes_all_that_it_does_not_need"
_REFUSED = f"{_SETTINGS}::test_what_is_wrong_is_said_once_and_clearly"
_OVERRIDES = "tests/live/test_overrides.py"
_SANDBOX = f"{_OVERRIDES}::test_code_of_a_flow_asks_others_and_stays_in_its_sandbox"
_SHEETS = f"{_OVERRIDES}::test_sheets_are_read"
_UNIT, _LIVE = "tests/components/flowise_service/test_patches.py", "tests/live/test_patches.py"
_ON_THE_REAL_ONE = f"{_LIVE}::test_a_patch_closes_it"
_ASKED_FOR = f"{_UNIT}::test_a_key_is_asked_for_a_permission_wherever_flowise_forgets_to"
_TREE = "tests/image/test_lock.py::test_no_place_of_the_tree_has_a_version_with_a_published_hole"

FLOWISE = (
    Weakness(
        ids=("CVE-2026-70636", "GHSA-rm9r-9424-cccf"),
        what="refreshing a credential's tokens without a login",
        score="7.5, CVSS 3.1, VulnCheck",
        attacker="anybody",
        where="flowise routes/oauth2: POST /refresh/:credentialId takes the id alone; the answer holds no token, so "
        "that the harm is tokens that are replaced, and the provider's quota",
        cures=(
            # with it Flowise calls the path no more itself (flowise-components src/utils: refreshOAuth2Token)
            Cure("preload", "oauth2_refresh.cjs"),
            Cure("denylist", "/api/v1/oauth2-credential/refresh"),
            Cure("edge", "closes-unused"),
        ),
        tests=(
            f"{_UNIT}::test_a_credential_is_refreshed_without_a_request",
            _CLOSED_AS_IT_COMES,
            _NO_LOGIN_LIST,
            f"{_LIVE}::test_workers_refresh_a_credential_that_is_due",
            _ON_THE_REAL_ONE,
        ),
    ),
    Weakness(
        ids=("CVE-2026-70474", "GHSA-wch5-xp77-fxg4"),
        what="giving a credential other tokens without a login: the half that 3.1.3 did not mend",
        score="8.1, CVSS 3.1, NVD",
        attacker="anybody",
        where="flowise routes/oauth2: GET /callback takes the credential's id as state, and no session; only authorize "
        "is scoped",
        cures=(Cure("preload", "oauth2_callback.cjs"), Cure("edge", "closes-unused")),
        tests=(
            f"{_UNIT}::test_a_providers_answer_is_taken_from_the_browser_that_asked_for_it",
            _CLOSED_AS_IT_COMES,
            _SCRIPT,
            _ON_THE_REAL_ONE,
        ),
        opened_by="service.open_features: oauth2_connections; the patch stays",
    ),
    Weakness(
        ids=("CVE-2026-71962", "GHSA-mf39-7j64-g95c"),
        what="files of private flows without a login",
        score="7.5, CVSS 3.1, VulnCheck",
        attacker="anybody",
        where="flowise controllers/openai-assistants: getFileFromAssistant asks neither for a login nor whether the "
        "flow is public; flow, chat and file must be known",
        cures=(
            Cure("denylist", "/api/v1/openai-assistants-file/download"),
            Cure("edge", "closes-unused"),
        ),
        tests=(_CLOSED_AS_IT_COMES, _NO_LOGIN_LIST, _SCRIPT),
        opened_by="service.open_features: assistant_files",
    ),
    Weakness(
        ids=("CVE-2026-41279", "GHSA-5fw2-mwhh-9947"),
        what="speech at the owner's cost without a login: said to be mended in 3.1.0, and is not",
        score="7.5, CVSS 3.1, NVD",
        attacker="anybody",
        where="flowise controllers/text-to-speech: without chatflowId the body's credentialId is used",
        cures=(
            Cure("preload", "speech_login.cjs"),
            Cure("denylist", "/api/v1/text-to-speech/generate"),
            Cure("edge", "closes-to-programs"),
        ),
        tests=(
            f"{_UNIT}::test_only_who_has_logged_in_speaks_by_a_credential",
            _NO_LOGIN_LIST,
            _CLOSED_AS_IT_COMES,
            _SCRIPT,
            _ON_THE_REAL_ONE,
        ),
        opened_by="service.open_features: speech; the patch stays",
    ),
    Weakness(
        ids=("CVE-2026-41266", "CVE-2026-41278", "GHSA-4jpm-cgx2-8h37", "GHSA-w47f-j8rh-wx87"),
        what="a private flow's prompts, addresses and code without a login: 3.1.0 took out the secrets alone",
        score="7.5, CVSS 3.1, NVD",
        attacker="anybody",
        where="flowise services/chatflows: getSinglePublicChatbotConfig gives any flow's flowData",
        cures=(Cure("preload", "public_config.cjs"),),
        tests=(
            f"{_UNIT}::test_a_stranger_reads_of_a_flow_what_a_chat_needs",
            f"{_LIVE}::test_a_stranger_reads_no_prompt_of_a_flow",
        ),
    ),
    Weakness(
        ids=("CVE-2026-67620", "GHSA-6h53-jfj2-fh9c"),
        what="requests to addresses that the list of refused ones lacks",
        score="7.7, CVSS 3.1, VulnCheck",
        attacker="key holder",
        where="flowise-components src/httpSecurity: DEFAULT_DENY_LIST lacks 192.0.0.192 and 100.100.100.200, of other "
        "clouds; redirects are checked, and AWS's address is in it",
        cures=(
            Cure("variable", "HTTP_DENY_LIST"),
            Cure("edge", "closes-to-programs"),
            Cure("preload", "key_permissions.cjs"),
        ),
        tests=(
            f"{_ENVIRONMENT}::test_flows_may_not_ask_what_flowises_own_list_leaves_out",
            "tests/live/test_flowise.py::test_links_are_fetched_from_no_address_that_is_denied",
            _CLOSED_AS_IT_COMES,
            _SCRIPT,
            _ASKED_FOR,
            _ON_THE_REAL_ONE,
        ),
        opened_by="service.denied_addresses, where it leaves out what it has by default",
    ),
    Weakness(
        ids=("CVE-2026-130615",),
        what="requests to inner addresses by a name that changes between check and use",
        score=None,
        attacker="flow author",
        where="flowise-components nodes/documentloaders/{Playwright,Puppeteer}: checkDenyList resolves a name, and "
        "Chromium resolves it anew",
        cures=(Cure("variable", "DISABLED_NODES"),),
        tests=(
            f"{_ENVIRONMENT}::test_nodes_that_steer_a_browser_are_no_kind_of_node",
            "tests/live/test_flowise.py::test_nodes_that_steer_a_browser_are_no_kind_of_node",
        ),
        opened_by="service.disabled_nodes, where it leaves them out",
    ),
    Weakness(
        ids=("CVE-2026-67621", "GHSA-7q53-9j99-gg5c"),
        what="changing document stores by a key that may not",
        score="7.6, CVSS 3.1, VulnCheck",
        attacker="key holder",
        where="flowise routes/documentstore: POST /upsert and /refresh ask for no permission, which all others do",
        cures=(Cure("preload", "key_permissions.cjs"),),
        tests=(_ASKED_FOR, _ON_THE_REAL_ONE),
    ),
    Weakness(
        ids=("CVE-2026-67622", "GHSA-qvmw-v4w9-7c4j"),
        what="OpenAI assistants by any credential",
        score="9.9, CVSS 3.1, VulnCheck",
        attacker="key holder",
        where="flowise services/openai-assistants: three look-ups of a credential by its id alone; "
        "routes/openai-assistants-files: POST /upload asks for no permission",
        cures=(Cure("edge", "closes-to-programs"), Cure("preload", "key_permissions.cjs")),
        tests=(_CLOSED_AS_IT_COMES, _SCRIPT, _ASKED_FOR, _ON_THE_REAL_ONE),
        opened_by=_BY_KEY,
    ),
    Weakness(
        ids=("CVE-2026-100609", "GHSA-27w2-26m5-x82c"),
        what="credentials by id, whosever they are",
        score="7.6, CVSS 4.0, GitHub",
        attacker="key holder",
        where="flowise-components src/utils: getCredentialData; with one workspace there is no other's",
        cures=(Cure("edge", "closes-to-programs"), Cure("preload", "key_permissions.cjs")),
        tests=(_CLOSED_AS_IT_COMES, _SCRIPT, _ASKED_FOR, _ON_THE_REAL_ONE),
        opened_by=_BY_KEY,
    ),
    Weakness(
        ids=("CVE-2026-100605", "GHSA-ppmg-4cx6-95hh"),
        what="reading and deleting chats by a key that may not",
        score="7.1, CVSS 3.1, VulnCheck",
        attacker="key holder",
        where="flowise routes/chat-messages: GET and DELETE ask for no permission; internal-chatmessage and stats "
        "likewise",
        cures=(Cure("edge", "closes-to-programs"), Cure("preload", "key_permissions.cjs")),
        tests=(_CLOSED_AS_IT_COMES, _SCRIPT, _ASKED_FOR, _ON_THE_REAL_ONE),
        opened_by=_BY_KEY,
    ),
    Weakness(
        ids=("CVE-2026-100610", "GHSA-jvx3-mjpw-r4gh"),
        what="reading and deleting the history of upserts by a key that may not",
        score="7.7, CVSS 4.0, GitHub",
        attacker="key holder",
        where="flowise routes/upsert-history: GET and PATCH ask for no permission; the workspace is checked",
        cures=(Cure("edge", "closes-to-programs"), Cure("preload", "key_permissions.cjs")),
        tests=(_CLOSED_AS_IT_COMES, _SCRIPT, _ASKED_FOR, _ON_THE_REAL_ONE),
        opened_by=_BY_KEY,
    ),
    Weakness(
        ids=("CVE-2026-100608", "GHSA-rpcc-gw54-mfgx"),
        what="the queue board for whoever has logged in",
        score="8.7, CVSS 4.0, GitHub",
        attacker="nobody",
        where="flowise index.js: the board is there with ENABLE_BULLMQ_DASHBOARD alone",
        cures=(Cure("refused", "ENABLE_BULLMQ_DASHBOARD"), Cure("edge", "closes-queue-board")),
        tests=(_REFUSED, f"{_FIREWALL}::test_every_recorded_request_is_judged_as_the_table_says", _SCRIPT),
    ),
    Weakness(
        ids=("CVE-2026-100606", "CVE-2026-100607", "GHSA-vf3j-89vf-r697", "GHSA-cffm-583c-vffr"),
        what="accounts taken over by their e-mail at another sign-in provider",
        score="9.2, CVSS 4.0, GitHub",
        attacker="nobody",
        where="flowise enterprise/sso/SSOBase: verifyAndLogin, of the Enterprise edition; without its licence no "
        "provider is set up",
        cures=(
            Cure("refused", "FLOWISE_EE_LICENSE_KEY"),
            Cure("denylist", "/api/v1/azure/callback"),
            Cure("edge", "closes-unused"),
        ),
        tests=(_REFUSED, _NO_LOGIN_LIST, _CLOSED_AS_IT_COMES, _SCRIPT),
    ),
    Weakness(
        ids=("CVE-2026-119978",),
        what="commands by code of a flow that may load modules",
        score=None,
        attacker="nobody",
        where="flowise-components src/utils: ALLOW_BUILTIN_DEP admits langchain and mammoth to the sandbox",
        cures=(Cure("refused", "ALLOW_BUILTIN_DEP"),),
        tests=(_REFUSED,),
    ),
    Weakness(
        ids=("CVE-2025-71327", "GHSA-v5w9-prxf-w882"),
        what="registering without a login; no mended version is named",
        score="9.1, CVSS 3.1, VulnCheck",
        attacker="nobody",
        where="flowise enterprise/services/account.service: the first who registers owns an empty Flowise, and the "
        "setup is first; a second is refused",
        cures=(Cure("denylist", "/api/v1/account/register"), Cure("edge", "closes-registration")),
        tests=(_NO_LOGIN_LIST, f"{_FIREWALL}::test_every_recorded_request_is_judged_as_the_table_says", _SCRIPT),
    ),
    Weakness(
        ids=("CVE-2026-52098",),
        what="code by a question to a flow; the record names 3.1.2, no mended version, and not how",
        score="9.8, CVSS 3.1, CISA",
        attacker="flow author",
        where="flowise routes/predictions takes what the flow's author let it take; code runs in vm2",
        cures=(Cure("override", "vm2"),),
        tests=(_TREE, _SANDBOX),
        left="give no public flow a node that runs code on what is asked, nor lets a question override its inputs",
    ),
    Weakness(
        ids=("CVE-2026-90580",),
        what="requests to chosen addresses by evaluations; the record names 3.0.2 and no mended version",
        score="6.3, CVSS 3.1, VulDB",
        attacker="nobody",
        where="flowise routes: evaluations answer 403 without the Enterprise edition; their address is APP_URL's",
        cures=(Cure("refused", "FLOWISE_EE_LICENSE_KEY"),),
        tests=(_REFUSED,),
    ),
    Weakness(
        ids=("CVE-2026-8026", "CVE-2026-8027", "CVE-2026-8028", "GHSA-8f47-4rh3-x44m"),
        what="hashes of passwords, and others' accounts, in answers; the records name 3.0.12 and no mended version",
        score="5.3 (NVD), 4.3 and 3.7 (VulDB), CVSS 3.1",
        attacker="nobody",
        where="mended in 3.1.4: enterprise/services/account.service answers by sanitizeUser on login and verify, "
        "controllers/user.controller by assertMayReadTargetUser",
        cures=(Cure("denylist", "/api/v1/account/verify"), Cure("edge", "closes-unused")),
        tests=(_NO_LOGIN_LIST, _CLOSED_AS_IT_COMES, _SCRIPT),
    ),
)

PACKAGES = (
    Weakness(
        ids=(
            "CVE-2026-47131", "CVE-2026-47140", "CVE-2026-47686", "CVE-2026-92934", "CVE-2026-92955", "CVE-2026-100722",
        ),
        what="code of flows leaves its sandbox",
        score="10.0 (-47131) and 9.9 (-47686), CVSS 3.1, GitHub; 9.5 (-92934), CVSS 4.0, VulnCheck",
        attacker="flow author",
        where="vm2 3.11.2, which flowise-components pins",
        cures=(Cure("override", "vm2"),),
        tests=(_TREE, _SANDBOX),
    ),
    Weakness(
        ids=(
            "CVE-2026-42033", "CVE-2026-42035", "CVE-2026-42043", "CVE-2026-42264", "CVE-2026-44494", "CVE-2026-44495",
            "CVE-2026-44496",
        ),
        what="requests led astray, and prototypes polluted",
        score=None,
        attacker="flow author",
        where="axios 1.15.0, which flowise pins; 1.7.7 and 1.13.6 deeper in its tree",
        cures=(Cure("override", "axios"),),
        tests=(_TREE, _SANDBOX),
    ),
    Weakness(
        ids=("CVE-2023-30533", "CVE-2024-22363"),
        what="a spreadsheet that pollutes prototypes, or takes all time there is",
        score=None,
        attacker="anybody",
        where="xlsx 0.18.5, the last on npm by that name; whoever may upload to a flow that reads spreadsheets",
        cures=(Cure("override", "xlsx"),),
        tests=(_TREE, _SHEETS),
    ),
    Weakness(
        ids=("CVE-2026-25528", "CVE-2026-40190"),
        what="requests to inner addresses (-25528), and what 0.5.18 mended besides (-40190)",
        score=None,
        attacker="flow author",
        where="langsmith 0.1.68, 0.3.87 and 0.4.12, which four generations of @langchain/core call; only where a flow "
        "names LangSmith",
        cures=(Cure("override", "langsmith"),),
        tests=(_TREE, f"{_OVERRIDES}::test_each_langchain_of_the_tree_traces"),
    ),
    Weakness(
        ids=("CVE-2026-82659", "GHSA-p6gq-j5cr-w38f", "CVE-2026-92597", "GHSA-2x7j-588g-ccc2", "GHSA-85x2-q946-cp5h"),
        what="files and addresses read by a message's raw option, and lists of addresses that take all time there is",
        score=None,
        attacker="anybody",
        where="nodemailer 7.0.13: enterprise/utils/sendEmail, where a stack sends mail",
        cures=(Cure("override", "nodemailer"),),
        tests=(_TREE, f"{_OVERRIDES}::test_mail_is_sent"),
    ),
    Weakness(
        ids=("CVE-2025-7783", "CVE-2026-2359", "CVE-2026-3304", "CVE-2026-3520"),
        what="boundaries of uploads that can be guessed, and uploads that end the process",
        score=None,
        attacker="nobody",
        where="form-data 4.0.0 under zep and llamaindex, 2.3.3 under request; multer 1.4.5 under flowise-embed and "
        "multer-azure-blob-storage: no stack loads them, uploads go by multer 2.5.0",
        cures=(Cure("override", "form-data@>=4"), Cure("override", "request"), Cure("override", "multer")),
        tests=(_TREE,),
    ),
)  # fmt: skip

WEAKNESSES = (*FLOWISE, *PACKAGES)
