using Mimir.Trust;

namespace Mimir.Vaults;

/// <summary>
/// Data keys as a vault or token encrypted them: <c>NAME.wrapped</c>, the ciphertext in base64 on one line or several, as the vaults' own tools print it. Not secret.
/// </summary>
public sealed class WrappedKeyFolder(string directory)
{
    private const int LargestFile = 64 * 1024;

    /// <summary>The ciphertext of a key; null when there is no such file.</summary>
    /// <exception cref="InvalidDataException">The file is no base64, or too long.</exception>
    public byte[]? Find(string keyName)
    {
        var path = Path.Combine(directory, PeerName.Require(keyName) + ".wrapped");
        if (!File.Exists(path)) return null;
        if (new FileInfo(path).Length > LargestFile) throw Damaged(path);
        var text = File.ReadAllText(path);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 ? bytes[..length] : throw Damaged(path);
    }

    private static InvalidDataException Damaged(string path) => new($"{path}: is no encrypted key; it must hold base64, at most {LargestFile} bytes");
}
