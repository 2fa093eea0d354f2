"""Tables, and the pool of connections to them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import DateTime, Engine, ForeignKey, UniqueConstraint, create_engine, delete, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from .settings import Settings, settings

STATEMENT_MILLISECONDS = 10_000
CONNECT_SECONDS = 5


class Base(DeclarativeBase):
    """All tables."""


class Product(Base):
    """What a store sells."""

    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("store", "sku"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    store: Mapped[str]
    sku: Mapped[str]
    name: Mapped[str]
    price_cents: Mapped[int]
    # since revision 0002
    image_url: Mapped[str | None]
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def told(self) -> dict[str, Any]:
        """Return it as the API and the index have it."""
        known = ("id", "store", "sku", "name", "price_cents", "image_url")
        return {name: getattr(self, name) for name in known}


class Favorite(Base):
    """A product that somebody keeps."""

    __tablename__ = "favorites"
    __table_args__ = (UniqueConstraint("owner", "product_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))


def make_engine(given: Settings) -> Engine:
    """Return a pool that waits for a connection rather than ask for more than the stack has counted."""
    return create_engine(
        given.database,
        pool_size=given.pool_size,
        max_overflow=given.pool_overflow,
        pool_timeout=CONNECT_SECONDS,
        # the database fails over: a connection of the old one is not handed out
        pool_pre_ping=True,
        connect_args={
            **given.database_arguments,
            "application_name": f"tiktrend-{given.process}",
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c statement_timeout={STATEMENT_MILLISECONDS}",
            # a pooler between may hand the next transaction to another session
            "prepare_threshold": None,
        },
    )


@cache
def engine() -> Engine:
    """Return this process's pool."""
    return make_engine(settings())


def answers() -> bool:
    """Return whether the database does."""
    try:
        with engine().connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception:
        return False
    return True


def keep(store: str, found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Write what a store has, over what it had; give the products. Doing it twice changes nothing."""
    rows = [{**each, "store": store, "seen_at": datetime.now(UTC)} for each in found]
    if not rows:
        return []
    with Session(engine()) as session, session.begin():
        dialect: Any = {"postgresql": postgresql, "sqlite": sqlite}[engine().dialect.name]
        statement = dialect.insert(Product).values(rows)
        changed = {name: statement.excluded[name] for name in ("name", "price_cents", "image_url", "seen_at")}
        session.execute(statement.on_conflict_do_update(index_elements=["store", "sku"], set_=changed))
        skus = [row["sku"] for row in rows]
        return [
            each.told()
            for each in session.scalars(select(Product).where(Product.store == store, Product.sku.in_(skus)))
        ]


def matching(words: str, most: int) -> list[dict[str, Any]]:
    """Return products whose name has these words: slower than the engine, and it knows no misspelling."""
    asked = select(Product).order_by(Product.name).limit(most)
    for word in words.split():
        asked = asked.where(Product.name.icontains(word, autoescape=True))
    with Session(engine()) as session:
        return [each.told() for each in session.scalars(asked)]


def pages(size: int) -> Iterable[Sequence[dict[str, Any]]]:
    """Yield all products, some at a time."""
    last = 0
    with Session(engine()) as session:
        while page := session.scalars(select(Product).where(Product.id > last).order_by(Product.id).limit(size)).all():
            last = page[-1].id
            yield [each.told() for each in page]


def favorites(owner: str) -> list[dict[str, Any]]:
    """Return what somebody keeps."""
    asked = select(Product).join(Favorite).where(Favorite.owner == owner).order_by(Favorite.id)
    with Session(engine()) as session:
        return [each.told() for each in session.scalars(asked)]


def add_favorite(owner: str, product: int) -> bool | None:
    """Keep a product for somebody: whether it is new, None where there is no such product."""
    with Session(engine()) as session:
        if session.get(Product, product) is None:
            return None
        try:
            session.execute(insert(Favorite).values(owner=owner, product_id=product))
            session.commit()
        except IntegrityError:
            return False
    return True


def remove_favorite(owner: str, product: int) -> None:
    """Keep it no more."""
    with Session(engine()) as session, session.begin():
        session.execute(delete(Favorite).where(Favorite.owner == owner, Favorite.product_id == product))
