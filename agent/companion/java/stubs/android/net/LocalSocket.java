package android.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

public class LocalSocket {
    public native InputStream getInputStream() throws IOException;

    public native OutputStream getOutputStream() throws IOException;
}
