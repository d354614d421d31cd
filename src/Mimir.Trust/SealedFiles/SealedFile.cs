using System.Security.Cryptography;
using Mimir.Trust.Certificates;
using Mimir.Trust.KeyRelease;

namespace Mimir.Trust.SealedFiles;

/// <summary>Whole-file operations on sealed files.</summary>
public static class SealedFile
{
    /// <summary>Seals everything that <paramref name="plaintext"/> yields.</summary>
    /// <exception cref="IOException">Reading or writing failed; the target is as it was.</exception>
    public static void Seal(Stream plaintext, string path, DataKey key, SealTerms terms, IMonotonicCounter? counter = null)
    {
        using var writer = SealedFileWriter.Create(path, key, terms);
        plaintext.CopyTo(writer);
        writer.Complete();
        counter?.AdvanceTo(terms.Label, terms.Counter);
    }

    /// <summary>Writes the plaintext to <paramref name="target"/>, which appears only when every chunk proved true.</summary>
    /// <exception cref="SealedFileException">With the reason; the target is as it was.</exception>
    public static void Unseal(string path, string target, DataKey key, SealExpectations? expected = null)
    {
        using var reader = SealedFileReader.Open(path, key, expected);
        using var file = OwnerOnlyFile.CreateTemporary(target);
        try
        {
            using var plaintext = reader.AsStream();
            plaintext.CopyTo(file);
            OwnerOnlyFile.Publish(file, target);
        }
        catch
        {
            file.Dispose();
            File.Delete(file.Name);
            throw;
        }
    }

    /// <summary>
    /// Puts the file under another data key by writing a new header; the chunks are copied as they are (shared, where the file system can).
    /// Whoever has an old copy AND the old key can still open that copy: after a loss of the old key seal the content anew.
    /// </summary>
    /// <exception cref="SealedFileException">The old key does not open it, or it is not as expected.</exception>
    public static void Rekey(string path, DataKey oldKey, DataKey newKey, SealExpectations? expected = null)
    {
        // The chunks are not read here; opening proves the header and the end.
        using (SealedFileReader.Open(path, oldKey, expected))
        {
        }
        Span<byte> fileKey = stackalloc byte[DataKey.Size];
        try
        {
            var old = SealedFileReader.OpenHeader(path, oldKey, fileKey);
            var terms = old.Terms with { Counter = old.Terms.Counter + 1 };
            var header = old.Rewrap(newKey, terms, fileKey);
            using var file = OwnerOnlyFile.CreateTemporaryCopy(path);
            file.Write(header.Bytes);
            OwnerOnlyFile.Publish(file, path);
            expected?.Counter?.AdvanceTo(terms.Label, terms.Counter);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }
}
