using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication.ExtendedProtection;

namespace Mimir.Transport.Connections;

/// <summary>
/// What names one TLS 1.3 connection and no other, the same at both ends: the client's Finished message, HMAC over the whole handshake under a key that only its two ends
/// have. The platform offers no exporter (RFC 9266); without resumption, which is off here, this serves: somebody in between has two connections with different values.
/// </summary>
internal static class ChannelBindings
{
    // SEC_CHANNEL_BINDINGS: length and offset of the application data.
    private const int LengthAt = 24, OffsetAt = 28;

    /// <summary>The value of <paramref name="connection"/>; empty when the platform has none.</summary>
    public static byte[] Of(SslStream connection)
    {
        using var binding = connection.TransportContext.GetChannelBinding(ChannelBindingKind.Unique);
        if (binding is null || binding.IsInvalid || binding.Size < OffsetAt + sizeof(int)) return [];
        var bytes = new byte[binding.Size];
        Marshal.Copy(binding.DangerousGetHandle(), bytes, 0, bytes.Length);
        var (length, offset) = (BitConverter.ToInt32(bytes, LengthAt), BitConverter.ToInt32(bytes, OffsetAt));
        return offset >= 0 && length >= 0 && offset <= bytes.Length - length ? bytes[offset..(offset + length)] : [];
    }
}
