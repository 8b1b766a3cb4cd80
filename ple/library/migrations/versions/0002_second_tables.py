"""Publishing, echoes, sessions, pinned bookmarks, what an assignment asks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lms_kept",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_lms_kept")),
    )
    with op.batch_alter_table("lms_kept", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lms_kept_at"), ["at"], unique=False)

    op.create_table(
        "portfolio_announcer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("user", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_announcer")),
        sa.UniqueConstraint("name", name=op.f("uq_portfolio_announcer_name")),
    )
    op.create_table(
        "portfolio_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("branch", sa.String(length=100), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("with_unlisted", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_target")),
        sa.UniqueConstraint("name", name=op.f("uq_portfolio_target_name")),
    )
    op.create_table(
        "portfolio_announcement",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("artifact_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["portfolio_announcer.id"],
            name=op.f("fk_portfolio_announcement_account_id_portfolio_announcer"),
        ),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["resource.id"], name=op.f("fk_portfolio_announcement_artifact_id_resource")
        ),
        sa.PrimaryKeyConstraint("account_id", "artifact_id", name=op.f("pk_portfolio_announcement")),
    )
    with op.batch_alter_table("portfolio_announcement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_announcement_artifact_id"), ["artifact_id"], unique=False)

    op.create_table(
        "portfolio_publication",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_portfolio_publication_resource_id_resource")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["portfolio_target.id"], name=op.f("fk_portfolio_publication_target_id_portfolio_target")
        ),
        sa.PrimaryKeyConstraint("target_id", "resource_id", name=op.f("pk_portfolio_publication")),
    )
    with op.batch_alter_table("portfolio_publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_publication_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "portfolio_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("artifact_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=1000), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("author_url", sa.String(length=1000), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["resource.id"], name=op.f("fk_portfolio_response_artifact_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_response")),
        sa.UniqueConstraint("source", name=op.f("uq_portfolio_response_source")),
    )
    with op.batch_alter_table("portfolio_response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_response_artifact_id"), ["artifact_id"], unique=False)

    op.create_table(
        "portfolio_webmention",
        sa.Column("source", sa.String(length=1000), nullable=False),
        sa.Column("target", sa.String(length=1000), nullable=False),
        sa.Column("artifact_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["resource.id"], name=op.f("fk_portfolio_webmention_artifact_id_resource")
        ),
        sa.PrimaryKeyConstraint("source", "target", name=op.f("pk_portfolio_webmention")),
    )
    with op.batch_alter_table("portfolio_webmention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_webmention_artifact_id"), ["artifact_id"], unique=False)

    op.create_table(
        "lms_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_session_account_id_lms_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_session")),
        sa.UniqueConstraint("account_id", "remote_id", name=op.f("uq_lms_session_account_id_remote_id")),
    )
    with op.batch_alter_table("lms_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lms_session_starts_at"), ["starts_at"], unique=False)

    with op.batch_alter_table("bookmark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pinned", sa.Boolean(), nullable=False, server_default="0"))
        batch_op.create_index("ix_bookmark_order", ["pinned", "saved_at", "id"], unique=False)

    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("listed", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("lms_assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("statement_text", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("team", sa.Boolean(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("reopens", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("lms_proof", schema=None) as batch_op:
        batch_op.add_column(sa.Column("compared", sa.JSON(), nullable=True))

    with op.batch_alter_table("portfolio_artifact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alt", sa.String(length=2000), nullable=False, server_default=""))

    with op.batch_alter_table("portfolio_site", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extras", sa.JSON(), nullable=False, server_default="[]"))
