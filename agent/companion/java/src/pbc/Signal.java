package pbc;

/** What is played: 16 bit samples of one channel at 48 kHz. */
final class Signal {
    static final int RATE_HZ = 48000;
    private static final double FULL_SCALE = 32767;
    private static final double HIGHEST_HZ = 24000;
    private static final double MAX_PLAY_S = 20;
    private static final short[] NOTHING = {};

    private Signal() {
    }

    /** Returns the samples that a request asks for; none where it asks for silence. */
    static short[] of(Arguments arguments) throws Failed {
        String play = arguments.text("play", "none");
        if (play.equals("none")) {
            return NOTHING;
        }
        double durationS = arguments.number("duration_s", 1, 0.05, MAX_PLAY_S);
        double level = arguments.number("level", 0.25, 0, 1);
        if (play.equals("tone")) {
            return tone(arguments.number("tone_hz", 1000, 1, HIGHEST_HZ), durationS, level);
        }
        if (play.equals("sweep")) {
            double lowHz = arguments.number("low_hz", 20, 1, HIGHEST_HZ / 2);
            return sweep(lowHz, arguments.number("high_hz", 20000, lowHz + 1, HIGHEST_HZ), durationS, level);
        }
        throw new Failed("play is none, sweep or tone");
    }

    /** The exponential sweep of A. Farina (2000): the frequency grows by the factor e in growthS, without fades. */
    static short[] sweep(double lowHz, double highHz, double durationS, double level) {
        double growthS = durationS / Math.log(highHz / lowHz);
        short[] samples = new short[count(durationS)];
        for (int at = 0; at < samples.length; at++) {
            double phase = 2 * Math.PI * lowHz * growthS * Math.expm1((double) at / RATE_HZ / growthS);
            samples[at] = rounded(level * Math.sin(phase));
        }
        return samples;
    }

    static short[] tone(double hz, double durationS, double level) {
        short[] samples = new short[count(durationS)];
        for (int at = 0; at < samples.length; at++) {
            samples[at] = rounded(level * Math.sin(2 * Math.PI * hz / RATE_HZ * at));
        }
        return samples;
    }

    private static int count(double durationS) {
        return (int) Math.rint(durationS * RATE_HZ);
    }

    private static short rounded(double sample) {
        return (short) Math.rint(sample * FULL_SCALE);
    }
}
