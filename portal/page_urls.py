"""Urls of the roof's own pages."""

from django.urls import path

import accounts.converters  # noqa: F401  (registers "key" and "reference")
from portal.api import systems as api_systems
from portal.views import audit, burden, cas, directory, entrances, oidc, system_desk, system_todos, systems
from portal.views.help import help_page
from portal.views.home import home
from portal.views.status import status

app_name = "portal"
urlpatterns = [
    path("", home, name="home"),
    path("help/", help_page, name="help"),
    path("status/", status, name="status"),
    path("systems/", systems.system_list, name="system_list"),
    path("systems/export/", systems.system_export, name="system_export"),
    path("systems/new/", systems.system_new, name="system_new"),
    path("systems/opinions/", system_desk.system_opinion_list, name="system_opinion_list"),
    path("systems/opinions/<int:pk>/", system_desk.system_opinion, name="system_opinion"),
    path("systems/<int:pk>/", systems.system_detail, name="system_detail"),
    path("systems/<int:pk>/edit/", systems.system_edit, name="system_edit"),
    path("systems/<int:pk>/begin/", systems.system_begin, name="system_begin"),
    path("systems/<int:pk>/submit/", systems.system_submit, name="system_submit"),
    path("systems/<int:pk>/withdraw/", systems.system_withdraw, name="system_withdraw"),
    path("systems/<int:pk>/decide/", system_desk.system_decide, name="system_decide"),
    path("systems/<int:pk>/review/", system_desk.system_review, name="system_review"),
    path("systems/<int:pk>/suspend/", system_desk.system_suspend, name="system_suspend"),
    path("systems/<int:pk>/resume/", system_desk.system_resume, name="system_resume"),
    path("todos/", system_todos.todo_list, name="todo_list"),
    path("api/v1/systems/", api_systems.systems, name="api_systems"),
    path("api/v1/systems/<key:pk>/todos/", api_systems.todos, name="api_todos"),
    path("api/v1/systems/<key:pk>/todos/<reference:reference>/", api_systems.todo, name="api_todo"),
    path("api/v1/systems/<key:pk>/todos/<reference:reference>/close/", api_systems.todo_close, name="api_todo_close"),
    path("systems/<int:pk>/entrance/", entrances.system_entrance, name="system_entrance"),
    path("systems/<int:pk>/entrance/secret/", entrances.system_entrance_secret, name="system_entrance_secret"),
    path("systems/<int:pk>/accounts/", entrances.system_accounts, name="system_accounts"),
    path(
        "systems/<int:pk>/accounts/<int:number>/remove/", entrances.system_account_remove, name="system_account_remove"
    ),
    path("entrances/", entrances.entrance_list, name="entrance_list"),
    path("entrances/<int:pk>/open/", entrances.entrance_open, name="entrance_open"),
    path("entrances/<int:pk>/close/", entrances.entrance_close, name="entrance_close"),
    path("directory/", directory.directory, name="directory"),
    path("directory/<int:pk>/enter/", directory.directory_enter, name="directory_enter"),
    path("directory/<int:pk>/arrange/", directory.directory_arrange, name="directory_arrange"),
    path("me/systems/", directory.signed_on, name="signed_on"),
    path("me/systems/<int:pk>/end/", directory.signed_on_end, name="signed_on_end"),
    path(".well-known/openid-configuration", oidc.oidc_discovery, name="oidc_discovery"),
    path("oidc/keys/", oidc.oidc_keys, name="oidc_keys"),
    path("oidc/authorize/", oidc.oidc_authorize, name="oidc_authorize"),
    path("oidc/token/", oidc.oidc_token, name="oidc_token"),
    path("oidc/userinfo/", oidc.oidc_userinfo, name="oidc_userinfo"),
    path("oidc/logout/", oidc.oidc_logout, name="oidc_logout"),
    path("cas/login", cas.cas_login, name="cas_login"),
    path("cas/serviceValidate", cas.cas_validate, name="cas_validate"),
    path("cas/p3/serviceValidate", cas.cas_validate_3, name="cas_validate_3"),
    path("cas/logout", cas.cas_logout, name="cas_logout"),
    path("burden/", burden.burden, name="burden"),
    path("burden/areas/<int:code>/", burden.burden_area, name="burden_area"),
    path("burden/departments/<int:pk>/", burden.burden_department, name="burden_department"),
    path("burden/export/", burden.burden_export, name="burden_export"),
    path("burden/bulletin/", burden.burden_bulletin, name="burden_bulletin"),
    path("burden/bulletin/word/", burden.burden_bulletin_word, name="burden_bulletin_word"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("audit/<int:pk>/", audit.audit_detail, name="audit_detail"),
    path("audit/seen-by/", audit.audit_seen_by, name="audit_seen_by"),
    path("audit/overview/", audit.audit_overview, name="audit_overview"),
    path("audit/exports/", audit.audit_exports, name="audit_exports"),
    path("audit/exports/<int:pk>/", audit.audit_download, name="audit_download"),
    path("audit/exports/<int:pk>/digest/", audit.audit_digest, name="audit_digest"),
]
