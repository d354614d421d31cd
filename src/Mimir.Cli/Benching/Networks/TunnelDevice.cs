using System.Runtime.InteropServices;
using System.Text;

namespace Mimir.Cli.Benching.Networks;

/// <summary>
/// A TUN device: IP packets that the system sends into it are read here, and packets written here arrive at it. It lives until disposed,
/// whichever namespace it was moved to.
/// </summary>
internal sealed partial class TunnelDevice : IDisposable
{
    /// <summary>Where such devices are opened.</summary>
    public const string Path = "/dev/net/tun";

    // From Linux's headers: open(2), if_tun.h.
    private const int OpenForBoth = 2, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const nuint SetInterface = 0x400454ca;
    private const short Tunnel = 1, NoPacketInformation = 0x1000;
    private const int NameLength = 16, RequestLength = 40;

    private TunnelDevice(int descriptor, string name) => (Descriptor, Name) = (descriptor, name);

    /// <summary>For poll.</summary>
    public int Descriptor { get; }

    /// <summary>Its name in the namespace where it was made.</summary>
    public string Name { get; }

    /// <summary>A new device in this process's namespace.</summary>
    /// <exception cref="IOException">The system refuses; says why.</exception>
    public static TunnelDevice Create()
    {
        var descriptor = Open(Path, OpenForBoth | NonBlocking | CloseOnExec);
        if (descriptor < 0) throw Failure("open");
        var request = new byte[RequestLength];
        Encoding.ASCII.GetBytes("mimir%d", request);
        BitConverter.TryWriteBytes(request.AsSpan(NameLength), (short)(Tunnel | NoPacketInformation));
        if (Control(descriptor, SetInterface, request) < 0)
        {
            var failure = Failure("set up");
            _ = Close(descriptor);
            throw failure;
        }
        return new TunnelDevice(descriptor, Encoding.ASCII.GetString(request.AsSpan(0, request.AsSpan().IndexOf((byte)0))));
    }

    /// <summary>Reads one packet; its length, or 0 when none waits.</summary>
    public int Read(Span<byte> packet) => (int)Math.Max(0, Read(Descriptor, ref MemoryMarshal.GetReference(packet), (nuint)packet.Length));

    /// <summary>Writes one packet. One that the system does not take is lost, as on any wire.</summary>
    public void Write(ReadOnlySpan<byte> packet) => _ = Write(Descriptor, in MemoryMarshal.GetReference(packet), (nuint)packet.Length);

    /// <inheritdoc/>
    public void Dispose() => _ = Close(Descriptor);

    private static IOException Failure(string what) =>
        new($"could not {what} {Path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int descriptor, nuint request, [In, Out] byte[] argument);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(int descriptor, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int descriptor, in byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
