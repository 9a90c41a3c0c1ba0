package pbc;

import android.net.LocalServerSocket;
import android.net.LocalSocket;
import android.os.Looper;
import android.system.ErrnoException;
import android.system.Os;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/**
 * The companion: a program of the shell user that measures a phone from within, over protocol 1.
 *
 * <pre>CLASSPATH=/data/local/tmp/pbc-XXXXXXXX.jar app_process / pbc.Main proto=1 [socket=pbc_HEX] [nonce=TEXT]</pre>
 *
 * With a socket it prints LISTENING and its name and takes one host; without, it speaks on its standard streams.
 */
public final class Main {
    private static final int WRONG_VERSION = 2;
    private static final int SHELL_UID = 2000;
    private static final int WRITE_ONLY = 1;
    private static final String JAR = "pbc-[0-9a-f]{8}\\.jar";
    private static final String SOCKET = "pbc_[0-9a-f]{1,32}";

    private Main() {
    }

    /** Serves one host and ends the process. */
    public static void main(String[] arguments) {
        Map<String, String> options = new HashMap<String, String>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals > 0) {
                options.put(argument.substring(0, equals), argument.substring(equals + 1));
            }
        }
        String proto = options.get("proto");
        if (!String.valueOf(Frames.PROTO).equals(proto)) {
            System.err.println("proto " + proto + " wanted, " + Frames.PROTO + " here");
            System.exit(WRONG_VERSION);
        }
        try {
            dropRoot();
            Looper.prepareMainLooper();
            Workplace workplace = Workplace.enter();
            Session session = options.containsKey("socket")
                    ? listen(options.get("socket"), options.get("nonce"), workplace)
                    : speak(options.get("nonce"), workplace);
            session.start();
            Looper.loop(); // the session ends the process
        } catch (Throwable error) {
            System.err.println(error);
        }
        System.exit(1);
    }

    private static Session speak(String nonce, Workplace workplace) throws IOException, ErrnoException {
        FileDescriptor out = Os.dup(FileDescriptor.out);
        unlinkJar();
        muteStandardStreams();
        return new Session(new FileInputStream(FileDescriptor.in), new FileOutputStream(out), nonce, workplace);
    }

    private static Session listen(String name, String nonce, Workplace workplace) throws IOException {
        if (!name.matches(SOCKET)) {
            throw new IOException("a socket is called pbc_ and some hexadecimal digits");
        }
        LocalServerSocket server = new LocalServerSocket(name);
        Watchdog nobody = Watchdog.exitAfter(Session.SILENCE_LIMIT_NS / 1000000, 0);
        System.out.println("LISTENING " + name);
        System.out.flush();
        LocalSocket socket = server.accept();
        nobody.cancel();
        server.close();
        unlinkJar();
        return new Session(socket.getInputStream(), socket.getOutputStream(), nonce, workplace);
    }

    /** Lets nothing that the runtime prints from here on get between frames: adb joins both streams into one. */
    private static void muteStandardStreams() throws ErrnoException {
        System.out.flush();
        System.err.flush();
        FileDescriptor nowhere = Os.open("/dev/null", WRITE_ONLY, 0);
        Os.dup2(nowhere, 1);
        Os.dup2(nowhere, 2);
        PrintStream mute = new PrintStream(new Nowhere());
        System.setOut(mute);
        System.setErr(mute);
    }

    /** Services take calls of root for those of a stranger; the shell's user is one that they know. */
    private static void dropRoot() throws ErrnoException {
        if (Os.getuid() == 0) {
            Os.setgid(SHELL_UID);
            Os.setuid(SHELL_UID);
        }
    }

    private static void unlinkJar() {
        String path = System.getenv("CLASSPATH");
        if (path != null && new File(path).getName().matches(JAR)) {
            new File(path).delete(); // a failure does no harm: the host removes it as well
        }
    }

    private static final class Nowhere extends OutputStream {
        @Override
        public void write(int value) {
            // what the runtime prints is of no use to anybody
        }
    }
}
