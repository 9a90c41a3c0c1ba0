package pbc;

import android.hardware.Sensor;
import android.hardware.SensorEvent;
import android.hardware.SensorEventListener;
import android.hardware.SensorManager;
import android.os.Handler;
import android.os.HandlerThread;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** One registered listener: records {time, accuracy, number of values, 0, values}, sent in batches. */
final class SensorStream implements SensorEventListener, Streams.Source {
    private static final int BATCH_RECORDS = 64;
    private static final int HEAD_BYTES = 12;
    private static final int MAX_AXES = 16;
    private static final int ON_CHANGE = 1;
    private static final double FALLBACK_HZ = 10;
    /** Numbers of values that mean something, by Android's types from 1 on: events carry more of them than that. */
    private static final int[] AXES = {3, 3, 3, 3, 1, 1, 1, 1, 3, 3, 5, 1, 1, 6, 4, 6};

    private final Outbox outbox;
    private final SensorManager manager;
    private final Sensor sensor;
    private final double hz;
    private final HandlerThread thread = new HandlerThread("pbc-sensor");
    private int number;
    private int axes;
    private int records;
    private long firstNs;
    private ByteBuffer batch = ByteBuffer.allocate(0);
    private boolean stopped;

    SensorStream(Outbox outbox, SensorManager manager, Sensor sensor, double hz) {
        this.outbox = outbox;
        this.manager = manager;
        this.sensor = sensor;
        this.hz = hz;
    }

    /** The values in a record of a type; 0 where only the events tell. */
    static int axes(int type) {
        return type <= AXES.length ? AXES[type - 1] : 0;
    }

    /** The highest rate that the phone admits to; sensors that speak when something changes tell none. */
    static double maxHz(Sensor sensor) {
        return sensor.getMinDelay() > 0 ? 1e6 / sensor.getMinDelay() : FALLBACK_HZ;
    }

    static Json describe(Sensor sensor) {
        return new Json()
                .put("type", sensor.getType())
                .put("name", sensor.getName())
                .put("axes", axes(sensor.getType()))
                .put("max_hz", maxHz(sensor))
                .put("range", sensor.getMaximumRange())
                .put("resolution", sensor.getResolution())
                .put("on_change", sensor.getReportingMode() == ON_CHANGE);
    }

    @Override
    public void start(int asNumber) throws Failed {
        synchronized (this) {
            number = asNumber;
        }
        thread.start();
        int periodUs = (int) Math.round(1e6 / hz);
        if (!manager.registerListener(this, sensor, periodUs, 0, new Handler(thread.getLooper()))) {
            throw new Failed("the phone does not start this sensor");
        }
    }

    @Override
    public synchronized void onSensorChanged(SensorEvent event) {
        if (stopped) {
            return;
        }
        if (axes == 0) {
            int known = axes(sensor.getType());
            axes = Math.min(known == 0 ? MAX_AXES : known, event.values.length);
            batch = ByteBuffer.allocate(BATCH_RECORDS * (HEAD_BYTES + 4 * axes));
        }
        if (records == 0) {
            firstNs = event.timestamp;
        }
        batch.putLong(event.timestamp).put((byte) event.accuracy).put((byte) axes).putShort((short) 0);
        for (int axis = 0; axis < axes; axis++) {
            batch.putFloat(event.values[axis]);
        }
        records++;
        if (records == BATCH_RECORDS) {
            flush();
        }
    }

    @Override
    public void onAccuracyChanged(Sensor changed, int accuracy) {
        // each event carries its accuracy
    }

    @Override
    public synchronized void flush() {
        if (records > 0 && !stopped) {
            outbox.data(number, firstNs, Arrays.copyOf(batch.array(), batch.position()));
            batch.clear();
            records = 0;
        }
    }

    @Override
    public void stop() {
        manager.unregisterListener(this);
        synchronized (this) {
            flush();
            stopped = true;
        }
        thread.quit();
    }
}
