/** Accepts a connection as soon as the server has been asked to end. */
export default {
  async accept(_request, place) {
    place.log.info("session", "asked");
    await new Promise((resolve) => Deno.addSignalListener("SIGTERM", resolve));
    return { open() {} };
  },
};
