"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credential_identity",
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_credential_identity")),
    )
    op.create_table(
        "deed",
        sa.Column("change", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("taken_back_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_deed")),
    )
    op.create_table(
        "feed_sync_account",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feed_sync_account")),
    )
    op.create_table(
        "marker",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marker")),
    )
    op.create_table(
        "portfolio_site",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=20000), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("theme", sa.String(length=50), nullable=False),
        sa.Column("resume", sa.JSON(), nullable=False),
        sa.Column("me", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_site")),
    )
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("uid", name=op.f("uq_resource_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.create_index("ix_resource_change_id", ["change", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_resource_trashed_at"), ["trashed_at"], unique=False)

    op.create_table(
        "xapi_actor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_actor")),
    )
    op.create_table(
        "xapi_store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_store")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_xapi_store_endpoint")),
        sa.UniqueConstraint("uid", name=op.f("uq_xapi_store_uid")),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_activity_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_activity_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_attachment_resource_id_resource")),
        sa.PrimaryKeyConstraint("resource_id", "role", "name", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)

    op.create_table(
        "bookmark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("url_key", sa.String(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("final_url", sa.String(), nullable=True),
        sa.Column("canonical", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_given", sa.Boolean(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("site_name", sa.String(), nullable=True),
        sa.Column("image", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starred", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("hint", sa.String(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("words", sa.Integer(), nullable=True),
        sa.Column("csl", sa.Text(), nullable=False),
        sa.Column("extractor", sa.String(), nullable=True),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("cite_key", sa.String(), nullable=True),
        sa.Column("source_type", sa.String(), nullable=True),
        sa.Column("credibility", sa.Text(), nullable=False),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standing", sa.String(), nullable=True),
        sa.Column("standing_why", sa.String(), nullable=True),
        sa.Column("moved_to", sa.String(), nullable=True),
        sa.Column("gone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_bookmark_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookmark")),
        sa.UniqueConstraint("url_key", name=op.f("uq_bookmark_url_key")),
    )
    with op.batch_alter_table("bookmark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bookmark_checked_at"), ["checked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookmark_cite_key"), ["cite_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookmark_fetched_at"), ["fetched_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookmark_saved_at"), ["saved_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookmark_unread"), ["unread"], unique=False)

    op.create_table(
        "collection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_collection_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("issuer_id", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("image", sa.String(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("said_sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("inside_of", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_credential_id_resource")),
        sa.ForeignKeyConstraint(["inside_of"], ["credential.id"], name=op.f("fk_credential_inside_of_credential")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credential_inside_of"), ["inside_of"], unique=False)
        batch_op.create_index(batch_op.f("ix_credential_issued_at"), ["issued_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_credential_said_sha256"), ["said_sha256"], unique=False)

    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("url_key", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=True),
        sa.Column("own_title", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("site_url", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("icon_url", sa.String(), nullable=True),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("flaw", sa.String(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("body_hash", sa.String(), nullable=True),
        sa.Column("identity_rule", sa.String(), nullable=False),
        sa.Column("ttl_minutes", sa.Integer(), nullable=True),
        sa.Column("rest", sa.String(), nullable=False),
        sa.Column("rhythm_minutes", sa.Integer(), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("failure_hint", sa.String(), nullable=True),
        sa.Column("moving_to", sa.String(), nullable=True),
        sa.Column("moving_times", sa.Integer(), nullable=False),
        sa.Column("moving_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_feed_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("url_key", name=op.f("uq_feed_url_key")),
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_folder"), ["folder"], unique=False)
        batch_op.create_index(batch_op.f("ix_feed_next_check_at"), ["next_check_at"], unique=False)

    op.create_table(
        "feed_care",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=True),
        sa.Column("keep_newest", sa.Integer(), nullable=True),
        sa.Column("read_after_days", sa.Integer(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_feed_care_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_care")),
    )
    op.create_table(
        "feed_triage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_feed_triage_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_triage")),
    )
    with op.batch_alter_table("feed_triage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_triage_state"), ["state"], unique=False)

    op.create_table(
        "highlight",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("source_title", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("exact", sa.Text(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("suffix", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("seen_change", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("color", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("origin", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_highlight_id_resource")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_highlight_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_highlight")),
    )
    with op.batch_alter_table("highlight", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_highlight_made_at"), ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_highlight_origin"), ["origin"], unique=False)
        batch_op.create_index(batch_op.f("ix_highlight_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_given", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offset_minutes", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prompt", sa.String(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_journal_entry_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_entry_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_written_at"), ["written_at"], unique=False)

    op.create_table(
        "link",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["resource.id"], name=op.f("fk_link_source_id_resource")),
        sa.ForeignKeyConstraint(["target_id"], ["resource.id"], name=op.f("fk_link_target_id_resource")),
        sa.PrimaryKeyConstraint("source_id", "target_id", "relation", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_target_id"), ["target_id"], unique=False)

    op.create_table(
        "lms_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lms", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("capabilities", sa.JSON(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_lms_account_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_account")),
        sa.UniqueConstraint("url", "remote_id", name=op.f("uq_lms_account_url_remote_id")),
    )
    op.create_table(
        "portfolio_address",
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_portfolio_address_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_portfolio_address")),
    )
    with op.batch_alter_table("portfolio_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_address_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "portfolio_artifact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("why", sa.String(length=20000), nullable=False),
        sa.Column("reflection", sa.String(length=200000), nullable=False),
        sa.Column("quote", sa.String(length=5000), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("page", sa.String(length=200), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("sources", sa.String(length=50000), nullable=False),
        sa.Column("feedback", sa.String(length=50000), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_portfolio_artifact_id_resource")),
        sa.ForeignKeyConstraint(["source_id"], ["resource.id"], name=op.f("fk_portfolio_artifact_source_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_artifact")),
    )
    with op.batch_alter_table("portfolio_artifact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portfolio_artifact_source_id"), ["source_id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_revision_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("among_feeds", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_saved_search_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    op.create_table(
        "tagging",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_tagging_resource_id_resource")),
        sa.PrimaryKeyConstraint("resource_id", "tag", name=op.f("pk_tagging")),
    )
    with op.batch_alter_table("tagging", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tagging_tag"), ["tag"], unique=False)

    op.create_table(
        "xapi_consent",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_sha256", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["xapi_store.id"], name=op.f("fk_xapi_consent_store_id_xapi_store")),
        sa.PrimaryKeyConstraint("store_id", "event", name=op.f("pk_xapi_consent")),
    )
    op.create_table(
        "feed_address",
        sa.Column("url_key", sa.String(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_address_feed_id_feed")),
        sa.PrimaryKeyConstraint("url_key", name=op.f("pk_feed_address")),
    )
    with op.batch_alter_table("feed_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_address_feed_id"), ["feed_id"], unique=False)

    op.create_table(
        "feed_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("alias", sa.String(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("silent_edits", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("comments_url", sa.String(), nullable=True),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("enclosures", sa.JSON(), nullable=False),
        sa.Column("feed_title", sa.String(), nullable=False),
        sa.Column("season", sa.Integer(), nullable=True),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("chapters_url", sa.String(), nullable=True),
        sa.Column("transcript_url", sa.String(), nullable=True),
        sa.Column("image_url", sa.String(), nullable=True),
        sa.Column("link_hash", sa.String(), nullable=True),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_entry_feed_id_feed")),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_feed_entry_id_resource")),
        sa.ForeignKeyConstraint(["same_as"], ["feed_entry.id"], name=op.f("fk_feed_entry_same_as_feed_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_entry")),
        sa.UniqueConstraint("feed_id", "key", name=op.f("uq_feed_entry_feed_id_key")),
    )
    with op.batch_alter_table("feed_entry", schema=None) as batch_op:
        batch_op.create_index("ix_feed_entry_alias", ["feed_id", "alias"], unique=False)
        batch_op.create_index("ix_feed_entry_content_hash", ["content_hash", "feed_id"], unique=False)
        batch_op.create_index("ix_feed_entry_link_hash", ["link_hash"], unique=False)
        batch_op.create_index("ix_feed_entry_newest", ["occurred_at", "id"], unique=False)
        batch_op.create_index("ix_feed_entry_of_feed", ["feed_id", "occurred_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feed_entry_same_as"), ["same_as"], unique=False)
        batch_op.create_index(
            "ix_feed_entry_starred",
            ["occurred_at", "id"],
            unique=False,
            sqlite_where=sa.text("starred_at IS NOT NULL"),
            postgresql_where=sa.text("starred_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_feed_entry_unread",
            ["occurred_at", "id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )
        batch_op.create_index(
            "ix_feed_entry_unread_of_feed",
            ["feed_id", "occurred_at", "id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "feed_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=True),
        sa.Column("of_feed", sa.Boolean(), nullable=False),
        sa.Column("folder", sa.String(), nullable=True),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fitted", sa.Integer(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_rule_feed_id_feed")),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_feed_rule_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_rule")),
    )
    with op.batch_alter_table("feed_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_rule_feed_id"), ["feed_id"], unique=False)

    op.create_table(
        "feed_synced_feed",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["feed_sync_account.name"], name=op.f("fk_feed_synced_feed_account_feed_sync_account")
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_synced_feed_feed_id_feed")),
        sa.PrimaryKeyConstraint("account", "stream", name=op.f("pk_feed_synced_feed")),
    )
    with op.batch_alter_table("feed_synced_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_synced_feed_feed_id"), ["feed_id"], unique=False)

    op.create_table(
        "lms_course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_course_account_id_lms_account")),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_lms_course_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_course")),
        sa.UniqueConstraint("account_id", "remote_id", name=op.f("uq_lms_course_account_id_remote_id")),
    )
    op.create_table(
        "lms_sender",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_sender_account_id_lms_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_lms_sender")),
    )
    op.create_table(
        "xapi_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(), nullable=True),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_xapi_statement_activity_id_activity")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_xapi_statement_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_statement")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_xapi_statement_activity_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_xapi_statement_uid")),
    )
    with op.batch_alter_table("xapi_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_xapi_statement_event"), ["event"], unique=False)
        batch_op.create_index(batch_op.f("ix_xapi_statement_occurred_at"), ["occurred_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_xapi_statement_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "feed_entry_content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["feed_entry.id"], name=op.f("fk_feed_entry_content_id_feed_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_entry_content")),
    )
    op.create_table(
        "feed_entry_whole",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["feed_entry.id"], name=op.f("fk_feed_entry_whole_id_feed_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_entry_whole")),
    )
    op.create_table(
        "feed_notice",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["feed_entry.id"], name=op.f("fk_feed_notice_entry_id_feed_entry")),
        sa.ForeignKeyConstraint(["rule_id"], ["feed_rule.id"], name=op.f("fk_feed_notice_rule_id_feed_rule")),
        sa.PrimaryKeyConstraint("entry_id", "rule_id", name=op.f("pk_feed_notice")),
    )
    op.create_table(
        "feed_synced_entry",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.Column("starred", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["feed_sync_account.name"], name=op.f("fk_feed_synced_entry_account_feed_sync_account")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["feed_entry.id"], name=op.f("fk_feed_synced_entry_entry_id_feed_entry")),
        sa.PrimaryKeyConstraint("account", "item", name=op.f("pk_feed_synced_entry")),
    )
    with op.batch_alter_table("feed_synced_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_synced_entry_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "lms_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("takes", sa.String(), nullable=False),
        sa.Column("points", sa.Float(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("statement", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holds", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["lms_course.id"], name=op.f("fk_lms_assignment_course_id_lms_course")),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_lms_assignment_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_assignment")),
        sa.UniqueConstraint("course_id", "remote_id", name=op.f("uq_lms_assignment_course_id_remote_id")),
    )
    with op.batch_alter_table("lms_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lms_assignment_due_at"), ["due_at"], unique=False)

    op.create_table(
        "xapi_outbox",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["xapi_statement.id"], name=op.f("fk_xapi_outbox_statement_id_xapi_statement")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["xapi_store.id"], name=op.f("fk_xapi_outbox_store_id_xapi_store")),
        sa.PrimaryKeyConstraint("store_id", "statement_id", name=op.f("pk_xapi_outbox")),
    )
    with op.batch_alter_table("xapi_outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_xapi_outbox_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_xapi_outbox_statement_id"), ["statement_id"], unique=False)

    op.create_table(
        "lms_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("points", sa.Float(), nullable=True),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["lms_assignment.id"], name=op.f("fk_lms_feedback_assignment_id_lms_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_feedback")),
    )
    with op.batch_alter_table("lms_feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lms_feedback_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "lms_news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["lms_assignment.id"], name=op.f("fk_lms_news_assignment_id_lms_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_news")),
    )
    with op.batch_alter_table("lms_news", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lms_news_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lms_news_at"), ["at"], unique=False)

    op.create_table(
        "lms_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_sha256", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("record_sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["lms_assignment.id"], name=op.f("fk_lms_receipt_assignment_id_lms_assignment")
        ),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_lms_receipt_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_receipt")),
    )
    with op.batch_alter_table("lms_receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lms_receipt_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "lms_hand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("open_for", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("beside", sa.JSON(), nullable=True),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("sent_sha256", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("attempt_seen", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Boolean(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["lms_assignment.id"], name=op.f("fk_lms_hand_in_assignment_id_lms_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["open_for"], ["lms_assignment.id"], name=op.f("fk_lms_hand_in_open_for_lms_assignment")
        ),
        sa.ForeignKeyConstraint(["receipt_id"], ["lms_receipt.id"], name=op.f("fk_lms_hand_in_receipt_id_lms_receipt")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_lms_hand_in_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_hand_in")),
        sa.UniqueConstraint("key", name=op.f("uq_lms_hand_in_key")),
        sa.UniqueConstraint("open_for", name=op.f("uq_lms_hand_in_open_for")),
    )
    with op.batch_alter_table("lms_hand_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lms_hand_in_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "lms_outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("statement", sa.Boolean(), nullable=False),
        sa.Column("authorised", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["lms_account.id"], name=op.f("fk_lms_outbox_account_id_lms_account")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["lms_assignment.id"], name=op.f("fk_lms_outbox_assignment_id_lms_assignment")
        ),
        sa.ForeignKeyConstraint(["receipt_id"], ["lms_receipt.id"], name=op.f("fk_lms_outbox_receipt_id_lms_receipt")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_lms_outbox_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_outbox")),
    )
    with op.batch_alter_table("lms_outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lms_outbox_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lms_outbox_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "lms_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("read_sha256", sa.String(), nullable=False),
        sa.Column("read_back", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["receipt_id"], ["lms_receipt.id"], name=op.f("fk_lms_proof_receipt_id_lms_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_proof")),
    )
    with op.batch_alter_table("lms_proof", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lms_proof_receipt_id"), ["receipt_id"], unique=False)

    op.execute("INSERT INTO marker (name, value) VALUES ('epoch', '0')")
