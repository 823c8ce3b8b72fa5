// A department's system that takes each message once, before json-server's own routes: what the Idempotency-Key names
// is kept, and the same key again gets the first answer again. LEDGER: a file, one line for each request that came.
"use strict";

const fs = require("fs");
const answers = new Map();

module.exports = (request, response, next) => {
  if (request.method !== "POST") return next();
  const key = request.get("Idempotency-Key") || "";
  const known = answers.get(key);
  const line = { key, again: known !== undefined, bytes: Number(request.get("Content-Length")) };
  fs.appendFileSync(process.env.LEDGER, `${JSON.stringify(line)}\n`);
  if (known !== undefined) return response.status(known.status).jsonp(known.body);
  const answer = response.jsonp.bind(response);
  response.jsonp = (body) => {
    answers.set(key, { status: response.statusCode, body });
    // SLOW: milliseconds between taking a message and saying so, in which a sender can be killed.
    setTimeout(() => answer(body), Number(process.env.SLOW || 0));
  };
  return next();
};
