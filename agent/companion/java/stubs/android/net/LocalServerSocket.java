package android.net;

import java.io.IOException;

public class LocalServerSocket {
    public LocalServerSocket(String name) throws IOException {
    }

    public native LocalSocket accept() throws IOException;

    public native void close() throws IOException;
}
