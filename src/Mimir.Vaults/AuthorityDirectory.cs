using Mimir.Trust.Certificates;
using Mimir.Trust.KeyRelease.Threshold;
using Mimir.Vaults.Pkcs11;

namespace Mimir.Vaults;

/// <summary>An authority's directory, wherever its key is kept: <c>ca-key.pem</c> (file), <c>ca-token.json</c> (PKCS#11) or <c>ca-key.deal</c> (shares).</summary>
public static class AuthorityDirectory
{
    /// <summary>Opens the authority.</summary>
    /// <param name="directory">The directory with <c>ca.pem</c>.</param>
    /// <param name="shares">Files of shares, for a key that is shared.</param>
    /// <exception cref="InvalidDataException">It holds no authority, or the PIN or shares are missing; says what is needed.</exception>
    public static CertificateAuthority Open(string directory, IReadOnlyList<string> shares)
    {
        if (File.Exists(Path.Combine(directory, TokenAuthority.FileName)))
            return TokenAuthority.Read(directory).Open(directory, Pin(directory));
        if (!File.Exists(Path.Combine(directory, ThresholdAuthority.DealFile))) return CertificateAuthority.Load(directory);
        if (shares.Count == 0) throw new InvalidDataException($"'{directory}': the authority's key is shared; give its holders' shares with --share");
        KeyShare[] loaded = [.. shares.Select(KeyDealFiles.LoadShare)];
        try
        {
            return ThresholdAuthority.Load(directory, loaded);
        }
        finally
        {
            foreach (var share in loaded) share.Dispose();
        }
    }

    /// <summary>The PIN of the environment.</summary>
    /// <exception cref="InvalidDataException">It is not set.</exception>
    public static string Pin(string directory) => TokenPin.Read($"'{directory}': the authority's key");
}
