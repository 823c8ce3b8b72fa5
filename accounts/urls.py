"""Urls of the floor."""

from django.urls import path

from accounts.views import doors, first_password, me, people, second_factor, sight, upstream

app_name = "accounts"
urlpatterns = [
    path("login/", doors.login_page, name="login"),
    path("login/upstream/", upstream.upstream_login, name="upstream_login"),
    path("login/upstream/callback/", upstream.upstream_callback, name="upstream_callback"),
    path("me/upstream/link/", upstream.upstream_link, name="upstream_link"),
    path("me/upstream/unlink/", upstream.upstream_unlink, name="upstream_unlink"),
    path("logout/", doors.logout_now, name="logout"),
    path("posts/none/", doors.no_post, name="no_post"),
    path("posts/switch/", doors.post_switch, name="switch_post"),
    path("care/", doors.care_switch, name="care"),
    path("second-factor/", second_factor.second_factor, name="second_factor"),
    path("second-factor/setup/", second_factor.second_factor_setup, name="second_factor_setup"),
    path("second-factor/recovery-codes/", second_factor.recovery_codes, name="recovery_codes"),
    path("me/first-password/", first_password.first_password, name="first_password"),
    path("me/", me.my_account, name="me"),
    path("me/password/", me.password_change, name="password"),
    path("me/sessions/", me.own_sessions, name="sessions"),
    path("me/sessions/end/", me.session_end, name="session_end"),
    path("me/sessions/end-others/", me.sessions_end_others, name="sessions_end_others"),
    path("jobs/<int:pk>/", me.job_detail, name="job_detail"),
    path("people/", people.people, name="people"),
    path("emergency/", sight.emergency_open, name="emergency_open"),
    path("emergency/end", sight.emergency_end, name="emergency_end"),
    path("sight/", sight.sight_log, name="sight_log"),
    path("sight/<int:pk>/noted", sight.emergency_note, name="emergency_note"),
]
