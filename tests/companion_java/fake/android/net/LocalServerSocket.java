package android.net;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import phone.Bench;

public class LocalServerSocket {
    private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);

    public LocalServerSocket(String name) throws IOException {
        server.bind(UnixDomainSocketAddress.of(Bench.folder().resolve(name)));
    }

    public LocalSocket accept() throws IOException {
        return new LocalSocket(server.accept());
    }

    public void close() throws IOException {
        server.close();
    }
}
