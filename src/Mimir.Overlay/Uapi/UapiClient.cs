using System.Net.Sockets;
using System.Security.Cryptography;

namespace Mimir.Overlay.Uapi;

/// <summary>
/// Talks to the program behind a WireGuard interface over its socket, one connection per request. Source: wireguard.com/xplatform.
/// </summary>
/// <param name="path">The socket.</param>
public sealed class UapiClient(string path) : IWireGuardDevice
{
    /// <summary>Where programs such as wireguard-go put their sockets.</summary>
    public const string Folder = "/var/run/wireguard";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether such a program serves an interface of this name.</summary>
    public static bool IsServed(string name) => File.Exists(Path.Combine(Folder, name + ".sock"));

    /// <summary>The client for an interface of this machine.</summary>
    public static UapiClient ForInterface(string name) => new(Path.Combine(Folder, name + ".sock"));

    /// <inheritdoc/>
    public Task<UapiDevice> GetAsync(CancellationToken cancellation) => AskAsync("get=1\n\n"u8.ToArray(), UapiReader.ReadDevice, cancellation);

    /// <inheritdoc/>
    public async Task SetAsync(DeviceChange change, CancellationToken cancellation)
    {
        var request = change.ToRequest();
        try
        {
            await AskAsync(request, answer => UapiReader.ReadError(answer) == 0 ? "" : null, cancellation);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(request);
        }
    }

    private async Task<T> AskAsync<T>(byte[] request, Reading<T> read, CancellationToken cancellation) where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        // As long as the longest answer: growing would leave copies of secrets behind.
        var answer = GC.AllocateUninitializedArray<byte>(UapiReader.MaxLength);
        var length = 0;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), patience.Token);
            for (var sent = 0; sent < request.Length;) sent += await socket.SendAsync(request.AsMemory(sent), patience.Token);
            while (!answer.AsSpan(0, length).EndsWith("\n\n"u8))
            {
                if (length == answer.Length) throw new UapiException($"{path}: the answer is longer than {answer.Length} bytes");
                var received = await socket.ReceiveAsync(answer.AsMemory(length), patience.Token);
                if (received == 0) throw new UapiException($"{path}: the answer breaks off");
                length += received;
            }
            return read(answer.AsSpan(0, length)) ?? throw Refused(UapiReader.ReadError(answer.AsSpan(0, length)));
        }
        catch (SocketException error)
        {
            throw new UapiException($"{path}: nothing answers ({error.SocketErrorCode}); 'mimir wireguard up' starts the interface, and only root may ask it");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UapiException($"{path}: no answer within {Patience.TotalSeconds} s; stop the program behind it with 'mimir wireguard down' and start it again");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer.AsSpan(0, length));
        }
    }

    private UapiException Refused(long? error) => new(error is { } number and not 0
        ? $"{path}: the interface refuses the request (errno {number})"
        : $"{path}: the answer is not that of a WireGuard interface");

    private delegate T? Reading<T>(ReadOnlySpan<byte> answer);
}
