// Drives an emulated phone with adbkit, through an adb server: node adbkit.mjs SERVER_PORT PHONE_PORT
// What it saw goes to standard output as one JSON object; the test beside it judges.
import { once } from "node:events";
import net from "node:net";
import { Readable } from "node:stream";
import adbkit from "@devicefarmer/adbkit";

const [serverPort, phonePort] = process.argv.slice(2).map(Number);
const client = adbkit.Adb.createClient({ host: "127.0.0.1", port: serverPort });
const serial = await client.connect("127.0.0.1", phonePort);
const phone = client.getDevice(serial);
await phone.waitForDevice();
const seen = { serial };

const devices = await client.listDevices();
seen.type = devices.find((device) => device.id === serial)?.type;
seen.model = (await phone.getProperties())["ro.product.model"];
seen.shell = String(await adbkit.Adb.util.readAll(await phone.shell("echo out; echo err >&2; exit 7")));
seen.quoted = String(await adbkit.Adb.util.readAll(await phone.shell(["echo", "a  b", "$(id)"])));
seen.packages = (await phone.getPackages()).length;

function* pieces(all) {
  for (let at = 0; at < all.length; at += 10_000) yield all.subarray(at, at + 10_000);
}
const content = Buffer.alloc(300_000, "0123456789abcdef~");
const path = "/data/local/tmp/adbkit.bin";
const pushed = await phone.push(Readable.from(pieces(content), { objectMode: false }), path);
await once(pushed, "end");
seen.size = (await phone.stat(path)).size;
seen.listed = (await phone.readdir("/data/local/tmp")).map((file) => file.name);
const pulled = await phone.pull(path);
seen.same = (await adbkit.Adb.util.readAll(pulled)).equals(content);
seen.missing = await phone.stat("/no/such/file").then(() => "found", (error) => error.code);

await phone.forward("tcp:0", "localabstract:echo").catch(() => {});
seen.forwards = (await phone.listForwards()).map((forward) => forward.remote);

const host = net.createServer((socket) => socket.end("hello from the host\n"));
host.listen(0, "127.0.0.1");
await once(host, "listening");
await phone.reverse("tcp:8123", `tcp:${host.address().port}`);
seen.reverses = (await phone.listReverses()).map((reverse) => reverse.remote);
seen.reversed = String(await adbkit.Adb.util.readAll(await phone.shell("nc localhost 8123")));
host.close();

const logcat = await phone.openLogcat();
const [entry] = await once(logcat, "entry");
seen.log = { pid: entry.pid, tag: entry.tag, text: entry.message, year: entry.date.getFullYear() };
logcat.end();

await client.disconnect("127.0.0.1", phonePort);
console.log(JSON.stringify(seen));
process.exit(0);
