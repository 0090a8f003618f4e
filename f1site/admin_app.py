"""Django's admin, with the site that this project puts in the place of its own."""

from django.contrib.admin.apps import AdminConfig


class CuratorAdmin(AdminConfig):
    default_site = "f1site.admin_site.CuratorSite"
