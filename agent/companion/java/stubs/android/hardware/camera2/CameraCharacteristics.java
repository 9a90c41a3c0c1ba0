package android.hardware.camera2;

public final class CameraCharacteristics {
    public static final Key<Boolean> FLASH_INFO_AVAILABLE = null;
    public static final Key<Integer> LENS_FACING = null;

    public native <T> T get(Key<T> key);

    public static final class Key<T> {
    }
}
