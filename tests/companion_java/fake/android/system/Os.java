package android.system;

import java.io.FileDescriptor;
import phone.Bench;

public final class Os {
    public static FileDescriptor dup(FileDescriptor file) throws ErrnoException {
        return file;
    }

    public static FileDescriptor dup2(FileDescriptor file, int number) throws ErrnoException {
        Bench.tell("dup2 " + number);
        return file;
    }

    public static FileDescriptor open(String path, int flags, int mode) throws ErrnoException {
        return new FileDescriptor();
    }

    public static int getuid() {
        return Bench.has("root") ? 0 : 2000;
    }

    public static void setuid(int uid) throws ErrnoException {
        Bench.tell("setuid " + uid);
    }

    public static void setgid(int gid) throws ErrnoException {
        Bench.tell("setgid " + gid);
    }
}
