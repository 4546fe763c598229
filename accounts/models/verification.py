"""The record that a body vouched for an affiliation."""
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..text import PlainText
from .person import Person


class Verification(models.Model):
    """The record that a body vouched: who, when, how. No boolean: it exists and was not withdrawn, or it does not."""

    class Method(models.TextChoices):
        ADMINISTRATOR = "administrator", _("団体の管理者が確認")
        INVITATION = "invitation", _("団体の管理者の招待")
        APPLICATION = "application", _("申請書により運用者が登録")

    affiliation = models.OneToOneField(
        "accounts.Affiliation", models.PROTECT, related_name="verification", verbose_name=_("所属")
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="vouched", verbose_name=_("確認した人"))
    method = models.CharField(_("方法"), max_length=16, choices=Method)
    at = models.DateTimeField(_("日時"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("取り消した日時"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="withdrew", verbose_name=_("取り消した人"), editable=False
    )
    reason = models.CharField(_("取り消した理由"), max_length=200, blank=True, validators=[PlainText()])

    class Meta:
        verbose_name = _("確認の記録")
        verbose_name_plural = pgettext_lazy("plural", "確認の記録")
        ordering = ["-at"]

    def __str__(self):
        return f"{self.affiliation}"
