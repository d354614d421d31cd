using System.Security.Cryptography;
using System.Text;
using Mimir.Trust.Certificates;

namespace Mimir.Trust.KeyRelease;

/// <summary>
/// A data key in a PEM file, mode 0600: label <c>MIMIR DATA KEY</c>, content = length of the name (1 byte), name, 32 bytes. Whoever
/// reads the file has the key; for laboratories, and for the machine on which content is sealed.
/// </summary>
public static class DataKeyFile
{
    private const string PemLabel = "MIMIR DATA KEY";
    private const int LargestFile = 4096;

    /// <summary>Writes a key; an existing file stays as it is.</summary>
    /// <exception cref="IOException">There is such a file already, or it cannot be written.</exception>
    public static void Save(string path, DataKey key)
    {
        if (File.Exists(path)) throw new IOException($"{path}: exists already; a key is never overwritten");
        byte[] content = [(byte)key.Name.Length, .. Encoding.ASCII.GetBytes(key.Name), .. key.Bytes];
        try
        {
            OwnerOnlyFile.Write(path, PemEncoding.WriteString(PemLabel, content));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Missing, or no such file.</exception>
    public static DataKey Load(string path)
    {
        if (!File.Exists(path)) throw new InvalidDataException($"{path}: key file not found; 'mimir key new' makes one");
        if (new FileInfo(path).Length > LargestFile) throw Damaged(path);
        var text = File.ReadAllText(path);
        if (!PemEncoding.TryFind(text, out var fields) || text.AsSpan()[fields.Label] is not PemLabel) throw Damaged(path);
        var content = new byte[fields.DecodedDataLength];
        try
        {
            if (!Convert.TryFromBase64Chars(text.AsSpan()[fields.Base64Data], content, out var length) || length != content.Length
                || length < 2 || length != 1 + content[0] + DataKey.Size) throw Damaged(path);
            var name = Encoding.Latin1.GetString(content, 1, content[0]);
            return PeerName.IsValid(name) ? new DataKey(name, content.AsSpan(1 + content[0])) : throw Damaged(path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static InvalidDataException Damaged(string path) => new($"{path}: is no key file; give one that 'mimir key new' made");
}
