"""A body (団体), its mail domains and its departments."""
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..addresses import validate_domain
from ..text import PlainText


def check_digit(digits):
    """The sixth digit of a 全国地方公共団体コード.

    Takes its first five digits as a string, returns one digit as a string. Source: 総務省「全国地方公共団体コード」仕様 —
    weights 6 to 2, modulus 11, a result of 10 or 11 counts as 0 or 1.
    """
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(6, 1, -1), strict=True))
    return str((11 - total % 11) % 10)


def validate_code(value):
    """Refuses a code that is not six digits or whose check digit is wrong."""
    if not (len(value) == 6 and value.isascii() and value.isdigit()) or check_digit(value[:5]) != value[5]:
        raise ValidationError(_("団体コードの検査数字が合いません。"), code="code")


class OrganizationQuerySet(models.QuerySet):
    def for_domain(self, domain):
        """The body that registered exactly this mail domain, or None. A suffix never counts."""
        return self.filter(mail_domains__domain=domain).first()


class Organization(models.Model):
    """A body: one of the 1,788 local governments, or a body of another kind with a parent."""

    class Kind(models.TextChoices):
        PREFECTURE = "prefecture", _("都道府県")
        CITY = "city", _("市")
        SPECIAL_WARD = "special_ward", _("特別区")
        TOWN = "town", _("町")
        VILLAGE = "village", _("村")
        UNION = "union", _("広域連合・一部事務組合")
        MINISTRY = "ministry", _("国の機関")

    code = models.CharField(_("団体コード"), max_length=6, unique=True, null=True, blank=True, validators=[validate_code])
    kind = models.CharField(_("種類"), max_length=16, choices=Kind)
    prefecture = models.CharField(_("都道府県"), max_length=8, blank=True)
    name = models.CharField(_("名称"), max_length=60, validators=[PlainText()])
    label = models.CharField(
        _("名札に出す名称"), max_length=80, unique=True, validators=[PlainText()],
        help_text=_("同じ名称の団体がほかにあるときは、都道府県を添えます。"),
    )
    kana = models.CharField(_("ふりがな"), max_length=120, blank=True)
    population = models.PositiveIntegerField(_("人口"), null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上位の団体"))
    second_factor_from = models.DateField(
        _("二段階認証を求めはじめる日"), null=True, blank=True,
        help_text=_("この日から、団体の全員に二段階認証が要ります。まだの人は、設定するまでほかの画面を使えません。空なら求めません。"),
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("団体")
        verbose_name_plural = pgettext_lazy("plural", "団体")
        ordering = ["code", "name"]

    def __str__(self):
        return self.label


class MailDomain(models.Model):
    """A mail domain that a body has registered. Web hosts never become one unasked."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="mail_domains", verbose_name=_("団体"))
    domain = models.CharField(_("ドメイン"), max_length=190, unique=True)

    class Meta:
        verbose_name = _("メールのドメイン")
        verbose_name_plural = pgettext_lazy("plural", "メールのドメイン")
        ordering = ["domain"]

    def __str__(self):
        return self.domain

    def clean(self):
        self.domain = validate_domain(self.domain)


class Department(models.Model):
    """A department (課・係) in the tree of one body."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="departments", verbose_name=_("団体"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上位の組織"))
    name = models.CharField(_("名称"), max_length=60, validators=[PlainText()])
    kana = models.CharField(_("ふりがな"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)

    class Meta:
        verbose_name = _("組織")
        verbose_name_plural = pgettext_lazy("plural", "組織")
        ordering = ["organization", "order", "kana", "name"]
        constraints = [models.UniqueConstraint(fields=["organization", "parent", "name"], name="department_once")]

    def __str__(self):
        return f"{self.organization} {self.name}"

    def clean(self):
        if self.parent_id and self.parent.organization_id != self.organization_id:
            raise ValidationError({"parent": _("上位の組織は、同じ団体から選んでください。")})
