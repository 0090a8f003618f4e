"""Builds become the queue of the workers.

A build that an older version left running is nobody's: its lease is one that has passed, so that it is taken over.
"""

import django.utils.timezone
from django.db import migrations, models

import seasons.models.identity

STATES = ["queued", "running", "done", "failed", "cancelled"]


def complete_old_builds(apps, schema_editor):
    builds = apps.get_model("replays", "Build").objects.using(schema_editor.connection.alias)
    for build in builds.iterator():
        fields = {
            "public_id": seasons.models.identity.new_public_id(),
            "queued_at": build.started_at,
            "attempts": 1,
            "progress": 1.0 if build.state == "done" else 0.0,
        }
        if build.state == "running":
            fields |= {"claim_token": "of-an-older-version", "lease_until": build.progress_at}
        # Each row once: PostgreSQL refuses to alter a table of which a row was changed twice in this transaction.
        builds.filter(pk=build.pk).update(**fields)


class Migration(migrations.Migration):

    dependencies = [
        ("replays", "0001_replays_and_builds"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="build", name="replays_one_build_a_session"),
        migrations.RemoveConstraint(model_name="build", name="replays_build_state_known"),
        migrations.RemoveIndex(model_name="build", name="replays_build_state_heartbeat"),
        migrations.RenameField(model_name="build", old_name="heartbeat_at", new_name="progress_at"),
        migrations.AlterField(
            model_name="build",
            name="progress_at",
            field=models.DateTimeField(blank=True, help_text="When stage or progress was told last.", null=True),
        ),
        migrations.AddField(
            model_name="build",
            name="public_id",
            field=models.CharField(
                default=seasons.models.identity.new_public_id, editable=False, max_length=12, verbose_name="id"
            ),
        ),
        migrations.AddField(
            model_name="build",
            name="refresh",
            field=models.BooleanField(
                default=False, help_text="Ask for the newest data, and build again also where a replay is ready."
            ),
        ),
        migrations.AddField(
            model_name="build",
            name="requested_by",
            field=models.CharField(
                blank=True, default="", help_text="Empty where a command builds for itself.", max_length=150
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="build",
            name="progress",
            field=models.FloatField(default=0.0, help_text="The share of the work that is done, 0 to 1."),
        ),
        migrations.AddField(
            model_name="build",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, help_text="How often it was begun."),
        ),
        migrations.AddField(
            model_name="build",
            name="not_before",
            field=models.DateTimeField(blank=True, help_text="Waits until then; null: for nothing.", null=True),
        ),
        migrations.AddField(
            model_name="build",
            name="cancel_requested",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="build",
            name="claim_token",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="Who works on it knows this; empty: nobody does.",
                max_length=32,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="build",
            name="lease_until",
            field=models.DateTimeField(
                blank=True,
                help_text="Whoever works on it renews this; once it has passed, another may take over.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="build",
            name="queued_at",
            field=models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="build",
            name="started_at",
            field=models.DateTimeField(blank=True, help_text="When it was begun last.", null=True),
        ),
        migrations.AlterField(
            model_name="build",
            name="state",
            field=models.CharField(
                choices=[(state, state.capitalize()) for state in STATES], default="queued", max_length=10
            ),
        ),
        migrations.AlterField(
            model_name="build",
            name="host",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="build",
            name="pid",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="process"),
        ),
        migrations.AlterField(
            model_name="build",
            name="error",
            field=models.CharField(
                blank=True, help_text="Why it failed, or has to be tried again.", max_length=1000
            ),
        ),
        migrations.AlterField(
            model_name="build",
            name="replay",
            field=models.ForeignKey(
                blank=True,
                help_text="Null until it is done, and where the session has results alone.",
                null=True,
                on_delete=models.SET_NULL,
                related_name="builds",
                to="replays.replay",
            ),
        ),
        migrations.RunPython(complete_old_builds, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="build",
            name="public_id",
            field=models.CharField(
                default=seasons.models.identity.new_public_id,
                editable=False,
                max_length=12,
                unique=True,
                verbose_name="id",
            ),
        ),
        migrations.AlterModelOptions(name="build", options={"ordering": ["-queued_at", "-pk"]}),
        migrations.AddIndex(
            model_name="build",
            index=models.Index(fields=["state", "queued_at"], name="replays_build_state_queued"),
        ),
        migrations.AddConstraint(
            model_name="build",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("session",),
                name="replays_one_active_build_a_session",
            ),
        ),
        migrations.AddConstraint(
            model_name="build",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", STATES)), name="replays_build_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="build",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "running"), _negated=True),
                    models.Q(("lease_until__isnull", False), models.Q(("claim_token", ""), _negated=True)),
                    _connector="OR",
                ),
                name="replays_build_running_is_claimed",
            ),
        ),
        migrations.AddConstraint(
            model_name="build",
            constraint=models.CheckConstraint(
                condition=models.Q(("progress__gte", 0.0), ("progress__lte", 1.0)),
                name="replays_build_progress_is_a_share",
            ),
        ),
    ]
