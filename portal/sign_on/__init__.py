"""The portal as identity provider (统一身份认证): OpenID Connect, CAS 3 and signed links for departments' systems.

Rules, tokens and wire formats; what happens in the database is in `portal.services.sign_on`.
"""
