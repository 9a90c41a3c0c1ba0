package android.hardware;

public final class Sensor {
    private final int type;
    private final String name;
    private final int minDelayUs;

    Sensor(int type, String name, int minDelayUs) {
        this.type = type;
        this.name = name;
        this.minDelayUs = minDelayUs;
    }

    public int getType() {
        return type;
    }

    public String getName() {
        return name;
    }

    public int getMinDelay() {
        return minDelayUs;
    }

    public float getMaximumRange() {
        return 78.4532f;
    }

    public float getResolution() {
        return type == 65540 ? Float.NaN : 0.0024f;
    }

    public int getReportingMode() {
        return minDelayUs == 0 ? 1 : 0;
    }
}
