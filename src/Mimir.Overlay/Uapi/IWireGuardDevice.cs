namespace Mimir.Overlay.Uapi;

/// <summary>A WireGuard interface, whoever serves it.</summary>
public interface IWireGuardDevice
{
    /// <summary>Reads the interface. The caller disposes of the answer, which holds secrets.</summary>
    /// <exception cref="UapiException">No answer, or one that is not understood.</exception>
    Task<UapiDevice> GetAsync(CancellationToken cancellation);

    /// <summary>Changes the interface. The caller keeps the change.</summary>
    /// <exception cref="UapiException">No answer, or the interface refuses; some of the change may have been made.</exception>
    Task SetAsync(DeviceChange change, CancellationToken cancellation);
}
