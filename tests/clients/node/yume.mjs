// Drives an emulated phone with ya-webadb, without an adb server: node yume.mjs PHONE_PORT ACKNOWLEDGE_BYTES
// What it saw goes to standard output as one JSON object; the test beside it judges.
import net from "node:net";
import { Adb, AdbDaemonTransport, AdbPacket, AdbPacketSerializeStream } from "@yume-chan/adb";
import { Consumable, ReadableStream, StructDeserializeStream, pipeFrom } from "@yume-chan/stream-extra";

const [port, initialDelayedAckBytes] = process.argv.slice(2).map(Number);
const socket = net.connect(port, "127.0.0.1");
await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));

const fromPhone = new ReadableStream({
  start(controller) {
    socket.on("data", (data) => controller.enqueue(new Uint8Array(data)));
    socket.on("close", () => controller.close());
  },
});
const toPhone = new Consumable.WritableStream({
  write: (data) => new Promise((resolve, reject) => socket.write(data, (error) => (error ? reject(error) : resolve()))),
  close: () => socket.destroy(),
});
const transport = await AdbDaemonTransport.authenticate({
  serial: `127.0.0.1:${port}`,
  connection: {
    readable: fromPhone.pipeThrough(new StructDeserializeStream(AdbPacket)),
    writable: pipeFrom(toPhone, new AdbPacketSerializeStream()),
  },
  credentialStore: { generateKey: () => { throw new Error("no key is wanted"); }, *iterateKeys() {} },
  initialDelayedAckBytes,
});
const adb = new Adb(transport);
const seen = { features: adb.deviceFeatures, model: adb.banner.model };

seen.shell = await adb.subprocess.shellProtocol.spawnWaitText("echo out; echo err >&2; exit 7");
seen.old = await adb.subprocess.noneProtocol.spawnWaitText(["echo", "plain"]);
seen.property = await adb.getProp("ro.product.model");

const content = new Uint8Array(3_000_000).map((_, index) => index % 251);
const path = "/data/local/tmp/yume.bin";
const sync = await adb.sync();
await sync.write({
  filename: path,
  file: new ReadableStream({
    start(controller) {
      for (let at = 0; at < content.length; at += 100_000) controller.enqueue(content.subarray(at, at + 100_000));
      controller.close();
    },
  }),
  mtime: 1_700_000_000,
});
const stat = await sync.stat(path);
seen.stat = { size: Number(stat.size), mtime: Number(stat.mtime) };
seen.listed = (await sync.readdir("/data/local/tmp")).map((entry) => entry.name);
const parts = [];
for await (const part of sync.read(path)) parts.push(part);
seen.same = Buffer.concat(parts).equals(Buffer.from(content));
await sync.dispose();

const inside = await adb.createSocket("localabstract:echo");
const writer = inside.writable.getWriter();
await writer.write(new TextEncoder().encode("over the bridge"));
const { value } = await inside.readable.getReader().read();
seen.echoed = new TextDecoder().decode(value);
await inside.close();

const address = await adb.reverse.add("tcp:0", async (incoming) => {
  const out = incoming.writable.getWriter();
  void out.write(new TextEncoder().encode("hello from the host\n")).then(() => incoming.close());
});
seen.address = address;
seen.reverses = (await adb.reverse.list()).map((reverse) => reverse.localName);
seen.reversed = await adb.subprocess.noneProtocol.spawnWaitText(["nc", "localhost", address.slice("tcp:".length)]);
await adb.reverse.remove(address);
seen.refused = (await adb.subprocess.shellProtocol.spawnWaitText(["nc", "localhost", address.slice("tcp:".length)])).exitCode;
seen.removedTwice = await adb.reverse.remove(address).then(() => "", (error) => error.message);

const log = await adb.subprocess.shellProtocol.spawn("logcat -v threadtime");
const reader = log.stdout.getReader();
seen.log = new TextDecoder().decode((await reader.read()).value).slice(0, 200);
await log.kill();

console.log(JSON.stringify(seen));
process.exit(0);
