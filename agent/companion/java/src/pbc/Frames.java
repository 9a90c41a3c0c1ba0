package pbc;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/** The protocol's frames: type, flags, id, length and time in 16 bytes of network order, then a body. */
final class Frames {
    static final int PROTO = 1;
    static final int HEADER_BYTES = 16;
    static final int MAX_BODY_BYTES = 1024 * 1024;

    static final int HELLO = 1;
    static final int REQ = 2;
    static final int RES = 3;
    static final int EVT = 4;
    static final int PING = 5;
    static final int PONG = 6;
    static final int DATA = 16;
    static final int EOS = 17;

    static final int GAP = 1;
    static final int ERROR = 2;

    static final Charset UTF_8 = Charset.forName("UTF-8");
    private static final byte[] MAGIC = {0, 'P', 'B', 'C', '1', '\r', '\n', 0x1a};

    private Frames() {
    }

    static byte[] magic() {
        return MAGIC.clone();
    }

    static byte[] frame(int type, int flags, int id, long timeNs, byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + body.length);
        frame.put((byte) type).put((byte) flags).putShort((short) id).putInt(body.length).putLong(timeNs).put(body);
        return frame.array();
    }

    static byte[] json(int type, int flags, int id, long timeNs, Json content) {
        return frame(type, flags, id, timeNs, content.toString().getBytes(UTF_8));
    }
}
