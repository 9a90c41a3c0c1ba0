package android.hardware;

public class SensorEvent {
    public final float[] values;
    public int accuracy;
    public long timestamp;

    SensorEvent(int count) {
        values = new float[count];
    }
}
