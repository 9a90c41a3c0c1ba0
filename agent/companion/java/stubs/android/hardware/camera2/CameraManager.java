package android.hardware.camera2;

public final class CameraManager {
    public native String[] getCameraIdList() throws CameraAccessException;

    public native CameraCharacteristics getCameraCharacteristics(String id) throws CameraAccessException;

    public native void setTorchMode(String id, boolean on) throws CameraAccessException;
}
