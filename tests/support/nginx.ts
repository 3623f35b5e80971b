import { freePort } from "./free_port.ts";
import { FrontProxy } from "./front_proxy.ts";

/** nginx in front of a server; disposing ends it. */
export class Nginx implements AsyncDisposable {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  readonly #proxy: FrontProxy;

  private constructor(port: number, proxy: FrontProxy) {
    this.port = port;
    this.#proxy = proxy;
  }

  /**
   * @param locations Where it passes paths to, by how they begin: a URL, of a socket `http://unix:PATH`.
   * @param more Lines of its configuration beside these; default: none.
   */
  static async start(locations: Readonly<Record<string, string>>, more = ""): Promise<Nginx> {
    const port = freePort();
    const passes = Object.entries(locations).map(([path, to]) => `
    location ${path} {
      proxy_pass "${to}";
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $http_connection;
      proxy_set_header X-Forwarded-For $remote_addr;
    }`);
    const server = `server {
    listen 127.0.0.1:${port};${passes.join("")}
    ${more}
  }`;
    return await Nginx.serve(server, port);
  }

  /**
   * Starts it with a server of its own configuration.
   *
   * @param server The block of it, `server { … }`.
   * @param port Where that listens.
   */
  static async serve(server: string, port: number): Promise<Nginx> {
    const proxy = await FrontProxy.start({
      program: "nginx",
      config: `daemon off; master_process off; error_log stderr notice; pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  ${server}
}
`,
      args: (folder) => ["-p", folder, "-c", "config", "-e", "stderr"],
      // Its last word before it takes connections.
      ready: /start worker process|epoll|using the|OS:/,
    });
    return new Nginx(port, proxy);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
  }
}
