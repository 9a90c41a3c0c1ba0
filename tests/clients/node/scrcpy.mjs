// Records the microphone of an emulated phone with ya-webadb's scrcpy client: node scrcpy.mjs PHONE_PORT FORWARD
// What it saw goes to standard output as one JSON object; the test beside it judges.
import net from "node:net";
import { Adb, AdbDaemonTransport, AdbPacket, AdbPacketSerializeStream } from "@yume-chan/adb";
import { AdbScrcpyClient, AdbScrcpyOptions3_3_3 } from "@yume-chan/adb-scrcpy";
import { Consumable, ReadableStream, StructDeserializeStream, pipeFrom } from "@yume-chan/stream-extra";

const [port, forward] = process.argv.slice(2).map(Number);
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
  initialDelayedAckBytes: 0,
});
const adb = new Adb(transport);
const path = "/data/local/tmp/scrcpy-server.jar";
await AdbScrcpyClient.pushServer(
  adb,
  new ReadableStream({ start(controller) { controller.enqueue(new Uint8Array(16)); controller.close(); } }),
  path,
);
const client = await AdbScrcpyClient.start(adb, path, new AdbScrcpyOptions3_3_3({
  video: false,
  control: false,
  audioSource: "mic-unprocessed",
  audioCodec: "raw",
  sendDeviceMeta: false, // this client looks for the name on the video socket only; the server sends it on the first
  tunnelForward: Boolean(forward),
}));
const audio = await client.audioStream;
const seen = { type: audio.type, codec: audio.codec?.optionValue, bytes: 0, stamps: [], loudest: 0 };
const reader = audio.stream.getReader();
while (seen.bytes < 2 * 48_000) {
  const { done, value } = await reader.read();
  if (done) break;
  seen.bytes += value.data.byteLength;
  seen.stamps.push(Number(value.pts));
  const samples = new Int16Array(value.data.slice().buffer);
  seen.loudest = Math.max(seen.loudest, ...samples.map(Math.abs));
}
console.log(JSON.stringify(seen));
process.exit(0);
