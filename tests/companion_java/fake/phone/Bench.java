package phone;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** What a test has ordered from the phone that these classes pretend to be, and what it did. */
public final class Bench {
    public static final int SDK = Integer.getInteger("sdk", 34);
    private static final long ASLEEP_NS = 3_600_000_000_000L;
    private static final Path FOLDER = Path.of(System.getProperty("bench", "."));
    private static final File JUMP = FOLDER.resolve("jump").toFile();

    private Bench() {
    }

    public static boolean has(String quirk) {
        return Arrays.asList(System.getProperty("quirks", "").split(" ")).contains(quirk);
    }

    /** BOOTTIME; the file "jump" moves it on by a second for each of its bytes. */
    public static long bootNs() {
        return System.nanoTime() + ASLEEP_NS + JUMP.length() * 1_000_000_000L;
    }

    public static long asleepNs() {
        return ASLEEP_NS;
    }

    public static Path folder() {
        return FOLDER;
    }

    public static synchronized void tell(String line) {
        try {
            Files.writeString(FOLDER.resolve("told"), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
    }

    public static void sleepUntil(long bootNs) {
        try {
            long leftMs = (bootNs - bootNs()) / 1_000_000 + 1;
            if (leftMs > 0) {
                Thread.sleep(leftMs);
            }
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }
}
