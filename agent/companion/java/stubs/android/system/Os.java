package android.system;

import java.io.FileDescriptor;

public final class Os {
    public static native FileDescriptor dup(FileDescriptor file) throws ErrnoException;

    public static native FileDescriptor dup2(FileDescriptor file, int number) throws ErrnoException;

    public static native FileDescriptor open(String path, int flags, int mode) throws ErrnoException;

    public static native int getuid();

    public static native void setuid(int uid) throws ErrnoException;

    public static native void setgid(int gid) throws ErrnoException;
}
