// Nothing is loaded from elsewhere: no validator badge, no remote document named in the address.
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  queryConfigEnabled: false,
  validatorUrl: null,
  persistAuthorization: false,
  tryItOutEnabled: true,
});
