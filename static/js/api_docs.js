// The documentation of the API, read-only: trying calls out is for a machine with its own token.

const box = document.getElementById("api-docs");
window.SwaggerUIBundle({
  domNode: box,
  url: box.dataset.schema,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  supportedSubmitMethods: [],
  validatorUrl: null,
});
