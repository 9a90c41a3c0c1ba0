package pbc;

import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Commands of the phone that have no call of their own. */
final class Shell {
    private static final long LIMIT_MS = 2000;

    private Shell() {
    }

    /** Runs a command to its end; that it fails shows in what comes after. */
    static void run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(new File("/dev/null"))
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_MS, TimeUnit.MILLISECONDS)) {
                process.destroy();
            }
        } catch (IOException error) {
            return;
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }
}
