using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mimir.Cli;
using Mimir.Cli.Benching.Growth;
using Mimir.Overlay;
using Mimir.Overlay.Keys;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Trust;
using Mimir.Trust.Audit;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;
using Mimir.Trust.Revocations;
using Mimir.Trust.SealedFiles;
using Mimir.Trust.Sealing;

namespace Mimir.Fuzzing;

/// <summary>Small files of text: keys, shares, certificates, marks, addresses, measurements.</summary>
internal static class KeyFileSeed
{
    /// <summary>One of each kind.</summary>
    public static IReadOnlyList<byte[]> Files(DataKey key) => [.. Pems(key), .. Texts];

    /// <summary>Every parser reads every input.</summary>
    public static Outcome Read(byte[] bytes)
    {
        var path = Scratch.Write("keys/current.key", bytes);
        return Attempt.All(
            Attempt.Read(() => $"{KeyDealFiles.LoadDeal(path).Threshold}", e => e is InvalidDataException),
            Attempt.Read(() => $"{KeyDealFiles.LoadShare(path).Index}", e => e is InvalidDataException),
            Attempt.Read(() => $"{DataKeyFile.Load(path).Name.Length}", e => e is InvalidDataException),
            Attempt.Read(() => $"{SealingKeyPair.ImportPem(Encoding.UTF8.GetString(bytes)).PublicKey.Length}", e => e is InvalidDataException),
            Attempt.Read(() => $"{TrustAnchors.LoadCertificates(path).Length}", e => e is InvalidDataException),
            Attempt.Read(() => $"{AuditSigners.OfKeyFile(path)}", e => e is InvalidDataException),
            Attempt.Read(() => $"{RevocationFile.Read(path).Length > 0}", e => e is InvalidDataException),
            Attempt.Read(() => $"{new HighWaterMarks(path).Read("own") > 0}", e => e is InvalidDataException),
            Attempt.Read(() => $"{new KeyFolder(Scratch.At("keys")).Current().PublicKey}"[..1], e => e is OverlayException),
            Attempt.Read(() => $"{HostAddress.Parse(Encoding.UTF8.GetString(bytes)).Port > 0}", e => e is InvalidDataException),
            Attempt.Read(() => $"{GrowthFile.Open(path).Rows.Count}", e => e is UsageException),
            EndorsementSeed.Read(path, bytes));
    }

    private static IEnumerable<byte[]> Pems(DataKey dataKey)
    {
        var (deal, shares) = KeyDeal.Split("models", dataKey.Bytes, 2, 3);
        yield return Scratch.Written(path => KeyDealFiles.Save(path, deal));
        yield return Scratch.Written(path => KeyDealFiles.Save(path, shares[0]));
        yield return Scratch.Written(path => DataKeyFile.Save(path, dataKey));
        yield return Encoding.ASCII.GetBytes(FuzzMembers.Alice.SealingKey.ExportPem());
        yield return Encoding.ASCII.GetBytes(FuzzMembers.Alice.Certificate.ExportCertificatePem() + "\n" + FuzzMembers.Party.Certificate.ExportCertificatePem());
        yield return Encoding.ASCII.GetBytes(FuzzMembers.Alice.Certificate.PublicKey.GetECDsaPublicKey()!.ExportSubjectPublicKeyInfoPem());
    }

    private static IEnumerable<byte[]> Texts =>
    [
        .. ((string[])[
            Convert.ToBase64String(new byte[40]) + "\n", "party.p0 17\nown 1763840000\n", Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray()) + "\n",
            "127.0.0.1:7000", "[::1]:7100",
            GrowthRow.Header + "\n\"gpt2:layers=2,hidden=64\",24,1,2,2,5,0.5,2,0.25,0.5,0.1,0.1,300,4000,5000,6000\n"]).Select(Encoding.UTF8.GetBytes),
    ];
}
