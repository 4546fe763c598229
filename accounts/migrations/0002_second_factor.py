import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.text


def person(related_name, verbose_name, **options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=settings.AUTH_USER_MODEL,
        verbose_name=verbose_name, **options,
    )


class Migration(migrations.Migration):

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="second_factor_from",
            field=models.DateField(
                blank=True, null=True, verbose_name="二段階認証を求めはじめる日",
                help_text="この日から、団体の全員に二段階認証が要ります。まだの人は、設定するまでほかの画面を使えません。空なら求めません。",
            ),
        ),
        migrations.CreateModel(
            name="FactorReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, validators=[accounts.text.PlainText()], verbose_name="理由")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="頼んだ日時")),
                ("outcome", models.CharField(
                    blank=True, editable=False, max_length=16, verbose_name="結果",
                    choices=[
                        ("done", "解除した"), ("declined", "立ち会う人が断った"), ("cancelled", "取りやめた"),
                        ("expired", "返事がなかった"),
                    ],
                )),
                ("closed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="終わった日時")),
                ("organization", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="factor_resets", to="accounts.organization",
                    verbose_name="団体",
                )),
                ("person", person("factor_resets", "人")),
                ("by", person("resets_asked", "頼んだ管理者")),
                ("witness", person("resets_witnessed", "立ち会う人")),
                ("closed_by", person("resets_closed", "終えた人", blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "二段階認証の解除",
                "verbose_name_plural": "二段階認証の解除",
                "ordering": ["-at"],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("outcome", "")), fields=("person",), name="one_open_factor_reset"),
                ],
            },
        ),
    ]
