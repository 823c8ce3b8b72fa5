// A real OpenID Connect provider for the tests. usage: node provider.mjs PORT REDIRECT_URI ALGORITHM
// Whoever asks with login_hint=NAME is logged in there as NAME; acr_hint says how, as its amr.
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const [port, redirectUri, algorithm] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const pair = algorithm === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...pair.privateKey.export({ format: "jwk" }), use: "sig", alg: algorithm, kid: "test" };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "portal",
      client_secret: "not-a-secret-of-anybody",
      redirect_uris: [redirectUri],
      response_types: ["code"],
      grant_types: ["authorization_code", "client_credentials"],
      id_token_signed_response_alg: algorithm,
    },
  ],
  jwks: { keys: [jwk] },
  cookies: { keys: ["not-a-secret"] },
  claims: { openid: ["sub", "amr"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
  extraParams: ["method_hint"],
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const amr = params.method_hint ? [params.method_hint] : [];
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: params.login_hint, amr } });
  ctx.respond = false;
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
