package android.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

public class LocalSocket {
    private final SocketChannel channel;

    LocalSocket(SocketChannel channel) {
        this.channel = channel;
    }

    public InputStream getInputStream() throws IOException {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
            }

            @Override
            public int read(byte[] into, int offset, int count) throws IOException {
                return count == 0 ? 0 : channel.read(ByteBuffer.wrap(into, offset, count));
            }
        };
    }

    public OutputStream getOutputStream() throws IOException {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int count) throws IOException {
                ByteBuffer left = ByteBuffer.wrap(from, offset, count);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
            }
        };
    }
}
