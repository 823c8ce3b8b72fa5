import pytest
from django.urls import reverse

from tests.doors import sign_in

CARE = reverse("accounts:care")


@pytest.mark.django_db
def test_care_mode_is_switched_on_and_off_without_script_even_before_login(client):
    login = reverse("accounts:login")
    assert client.post(CARE, {"care": "on", "next": login})["Location"] == login
    assert 'class="care"' in client.get(login).content.decode()
    client.post(CARE, {"care": "off", "next": login})
    assert 'class="care"' not in client.get(login).content.decode()


def test_care_mode_leads_back_to_the_page_it_was_asked_on(client, cast):
    sign_in(client, cast.worker)
    assert client.post(CARE, {"care": "on", "next": "/me/"})["Location"] == "/me/"
    assert client.post(CARE, {"care": "on", "next": "https://evil.example"})["Location"] == "/"
