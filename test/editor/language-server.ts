import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly params?: unknown;
}

/** A YAML language server over its standard streams, as editors run it, where each file names its schema in the first line. */
export class LanguageServer {
  private readonly child;
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private readonly diagnostics = new Map<string, (found: { message: string }[]) => void>();
  private buffer = Buffer.alloc(0);
  private ids = 0;

  constructor() {
    const server = join(
      dirname(createRequire(import.meta.url).resolve("yaml-language-server/package.json")),
      "bin/yaml-language-server",
    );
    this.child = spawn(process.execPath, [server, "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
    this.child.stdout.on("data", (chunk: Buffer) => this.receive(chunk));
  }

  async start(): Promise<void> {
    await this.request("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        textDocument: {
          completion: { completionItem: { documentationFormat: ["markdown"] } },
          hover: { contentFormat: ["markdown"] },
        },
      },
    });
    this.notify("initialized", {});
  }

  /** Opens a text and resolves to what the editor would underline. */
  open(uri: string, text: string): Promise<{ message: string }[]> {
    return new Promise((resolve) => {
      this.diagnostics.set(uri, resolve);
      this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    });
  }

  /** The words offered at a place; line and character are 0-based. */
  async complete(uri: string, line: number, character: number): Promise<string[]> {
    const result = (await this.request("textDocument/completion", {
      textDocument: { uri },
      position: { line, character },
    })) as { items: { label: string }[] };
    return result.items.map(({ label }) => label);
  }

  async hover(uri: string, line: number, character: number): Promise<string> {
    const result = (await this.request("textDocument/hover", {
      textDocument: { uri },
      position: { line, character },
    })) as { contents: { value: string } } | null;
    return result?.contents.value ?? "";
  }

  stop(): void {
    this.child.kill();
  }

  private request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.ids;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.send({ jsonrpc: "2.0", id, method, params });
    });
  }

  private notify(method: string, params: unknown): void {
    this.send({ jsonrpc: "2.0", method, params });
  }

  private send(message: object): void {
    const text = JSON.stringify(message);
    this.child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  private receive(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      const head = this.buffer.indexOf("\r\n\r\n");
      if (head === -1) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.buffer.toString("utf8", 0, head))?.[1]);
      if (this.buffer.length < head + 4 + length) return;
      this.handle(JSON.parse(this.buffer.toString("utf8", head + 4, head + 4 + length)) as Reply);
      this.buffer = this.buffer.subarray(head + 4 + length);
    }
  }

  private handle({ id, method, result, params }: Reply): void {
    if (method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = params as { uri: string; diagnostics: { message: string }[] };
      this.diagnostics.get(uri)?.(diagnostics);
    } else if (method !== undefined && id !== undefined) {
      // The server asks for its settings this way too; what it was told before holds.
      const settings = { completion: true, hover: true, validate: true, schemaStore: { enable: false } };
      this.send({
        jsonrpc: "2.0",
        id,
        result: method === "workspace/configuration" ? [settings, null, null, null, null] : null,
      });
    } else if (id !== undefined) {
      this.waiting.get(id)?.(result);
      this.waiting.delete(id);
    }
  }
}
