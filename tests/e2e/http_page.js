/** A page without anything in it, for tests that are about what a browser does. */
export default {
  respond: (request) =>
    request.query === ""
      ? new Response("<!doctype html><link rel=icon href='data:,'><title>Page</title>", {
        headers: { "Content-Type": "text/html" },
      })
      : undefined,
};
