/** Accepts a connection as soon as the server has been asked to end. */
export default {
  async accept(_request, place) {
    const ends = new Promise((resolve) => Deno.addSignalListener("SIGTERM", resolve));
    // Not before: the signal comes as soon as that is read.
    place.log.info("session", "asked");
    await ends;
    return { open() {} };
  },
};
