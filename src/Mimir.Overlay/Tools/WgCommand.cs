using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Tools;

/// <summary>
/// One call of the program <c>wg</c> (wireguard-tools, wg(8)). A key that is secret stands on its standard input, never among its words: those everybody on the machine can see.
/// </summary>
/// <param name="Words">Its arguments.</param>
/// <param name="Secret">What it reads as <c>/dev/stdin</c>: a key in base 64 and a line feed; null: nothing. <see cref="Dispose"/> zeroes it.</param>
internal sealed record WgCommand(IReadOnlyList<string> Words, byte[]? Secret) : IDisposable
{
    private const string Input = "/dev/stdin";

    /// <summary>
    /// The calls that make a change, in order: the interface itself, then each peer. There is one standard input and so one secret a call, which is why a change is not made in
    /// one step; each step alone is one that <see cref="Running.Reconciliation"/> goes on from.
    /// </summary>
    public static IReadOnlyList<WgCommand> Of(string name, DeviceChange change)
    {
        var commands = new List<WgCommand>();
        if (change.Key is not null || change.ListenPort is not null)
        {
            List<string> words = ["set", name];
            if (change.ListenPort is { } port) words.AddRange(["listen-port", port.ToString(CultureInfo.InvariantCulture)]);
            if (change.Key is not null) words.AddRange(["private-key", Input]);
            commands.Add(new(words, change.Key is null ? null : Text(change.Key.PrivateKey)));
        }
        commands.AddRange(change.Peers.Select(peer => Of(name, peer)));
        return commands;
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(Secret);

    private static WgCommand Of(string name, PeerChange peer)
    {
        var key = peer.PublicKey.ToString();
        List<string> words = ["set", name, "peer", key];
        if (peer.Remove) return new([.. words, "remove"], null);
        if (peer.PresharedKey is not null) words.AddRange(["preshared-key", Input]);
        if (peer.Endpoint is { } endpoint) words.AddRange(["endpoint", endpoint.ToString()]);
        if (peer.Address is { } address) words.AddRange(["allowed-ips", $"{address}/128"]);
        // It sends at once only when keeping alive begins.
        if (peer.Greet) words.AddRange(["persistent-keepalive", "0", "peer", key, "persistent-keepalive", DeviceChange.KeepaliveSeconds.ToString(CultureInfo.InvariantCulture)]);
        return new(words, peer.PresharedKey is null ? null : Text(peer.PresharedKey));
    }

    private static byte[] Text(ReadOnlySpan<byte> key)
    {
        var text = new byte[Base64.GetMaxEncodedToUtf8Length(WireGuardPublicKey.Size) + 1];
        Base64.EncodeToUtf8(key, text, out _, out var length);
        text[length] = (byte)'\n';
        return text;
    }
}
