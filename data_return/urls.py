"""Addresses of returned data. Ids only."""

from django.urls import path

from data_return.api import events as api_events
from data_return.views import (
    comparing,
    corrections,
    datasets,
    events,
    granting,
    grants,
    marking,
    push,
    push_flows,
    records,
)

app_name = "data_return"
urlpatterns = [
    path("datasets/", datasets.dataset_list, name="dataset_list"),
    path("datasets/new/", datasets.dataset_new, name="dataset_new"),
    path("datasets/<int:pk>/", datasets.dataset_detail, name="dataset_detail"),
    path("datasets/<int:pk>/edit/", datasets.dataset_edit, name="dataset_edit"),
    path("datasets/<int:pk>/versions/", datasets.dataset_new_version, name="dataset_new_version"),
    path("datasets/<int:pk>/records/", records.dataset_records, name="dataset_records"),
    path("datasets/<int:pk>/events/", events.dataset_events, name="dataset_events"),
    path("datasets/<int:pk>/events/secret/", events.dataset_event_secret, name="dataset_event_secret"),
    path("datasets/<int:pk>/events/switch/", events.dataset_event_switch, name="dataset_event_switch"),
    path("datasets/<int:pk>/applicants/", granting.dataset_applicants, name="dataset_applicants"),
    path("datasets/<int:pk>/grants/new/", grants.grant_new, name="grant_new"),
    path("grants/", grants.grant_list, name="grant_list"),
    path("grants/<int:pk>/", grants.grant_detail, name="grant_detail"),
    path("grants/<int:pk>/narrow/", granting.grant_narrow, name="grant_narrow"),
    path("grants/<int:pk>/revoke/", granting.grant_revoke, name="grant_revoke"),
    path("grants/requests/<int:pk>/", grants.request_detail, name="request_detail"),
    path("grants/requests/<int:pk>/revise/", grants.request_revise, name="request_revise"),
    path("grants/requests/<int:pk>/withdraw/", grants.request_withdraw, name="request_withdraw"),
    path("grants/requests/<int:pk>/decide/", granting.request_decide, name="request_decide"),
    path("datasets/<int:pk>/submit/", datasets.dataset_submit, name="dataset_submit"),
    path("datasets/<int:pk>/withdraw/", datasets.dataset_withdraw, name="dataset_withdraw"),
    path("datasets/<int:pk>/decide/", datasets.dataset_decide, name="dataset_decide"),
    path("datasets/<int:pk>/compare/", comparing.dataset_compare, name="dataset_compare"),
    path("datasets/<int:pk>/compare/export/", comparing.dataset_compare_export, name="dataset_compare_export"),
    path("records/<int:pk>/adopt/", comparing.record_adopt, name="record_adopt"),
    path("records/right/", marking.record_right, name="record_right"),
    path("records/<int:pk>/", marking.record_mark, name="record_mark"),
    path("corrections/", corrections.correction_list, name="correction_list"),
    path("corrections/clocks/", corrections.correction_clocks, name="correction_clocks"),
    path("corrections/accept/", corrections.correction_accept_many, name="correction_accept_many"),
    path("corrections/acknowledge/", corrections.correction_acknowledge_many, name="correction_acknowledge_many"),
    path("corrections/<int:pk>/", corrections.correction_detail, name="correction_detail"),
    path("corrections/<int:pk>/full/", corrections.correction_full, name="correction_full"),
    path("corrections/<int:pk>/answer/", corrections.correction_answer, name="correction_answer"),
    path("corrections/<int:pk>/object/", corrections.correction_object, name="correction_object"),
    path("corrections/<int:pk>/acknowledge/", corrections.correction_acknowledge, name="correction_acknowledge"),
    path("corrections/<int:pk>/withdraw/", corrections.correction_withdraw, name="correction_withdraw"),
    path(
        "corrections/<int:pk>/evidence/<int:evidence_pk>/", corrections.correction_evidence, name="correction_evidence"
    ),
    path("push/", push.push_target_list, name="push_target_list"),
    path("push/new/", push.push_target_new, name="push_target_new"),
    path("push/<int:pk>/", push.push_target, name="push_target"),
    path("push/<int:pk>/edit/", push.push_target_edit, name="push_target_edit"),
    path("push/<int:pk>/switch/", push.push_target_switch, name="push_target_switch"),
    path("push/<int:pk>/try/", push.push_target_try, name="push_target_try"),
    path("push/<int:pk>/desk/", push.push_target_desk, name="push_target_desk"),
    path("push/<int:pk>/flows/new/", push_flows.push_flow_new, name="push_flow_new"),
    path("push/flows/<int:pk>/", push_flows.push_flow, name="push_flow"),
    path("push/flows/<int:pk>/switch/", push_flows.push_flow_switch, name="push_flow_switch"),
    path("push/flows/<int:pk>/ready/", push_flows.push_flow_ready, name="push_flow_ready"),
    # the API: departments' systems
    path("api/v1/events/<uuid:ticket>/", api_events.events, name="api_events"),
]
