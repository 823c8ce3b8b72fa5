"""Login by an upstream identity provider (统一身份认证) over OpenID Connect; without OIDC_ISSUER there is none."""
