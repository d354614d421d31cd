using System.CommandLine;
using System.Security.Cryptography;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;

namespace Mimir.Cli.Commands;

/// <summary>`mimir key split` and `key combine`: a data key for k of n holders.</summary>
internal static class KeySharingCommands
{
    /// <summary>`mimir key split`.</summary>
    public static Command Split()
    {
        var file = new Argument<string>("FILE") { Description = "The key that 'mimir key new' made; delete it afterwards" };
        var threshold = SharedOptions.Bounded(new Option<int>("--threshold") { Description = "How many shares give the key", HelpName = "K", Required = true }, 2, 255);
        var holders = SharedOptions.Bounded(new Option<int>("--holders") { Description = "How many shares", HelpName = "N", Required = true }, 2, 255);
        var output = new Option<string>("--out") { Description = "Directory for deal.pem (for everybody) and share-1.pem, … (one for each holder)", HelpName = "DIR", Required = true };
        var command = new Command("split", "Shares a key among N holders, K of whom can give it") { file, threshold, holders, output };
        command.SetAction(result =>
        {
            var (k, n, folder) = (result.GetValue(threshold), result.GetValue(holders), result.GetValue(output)!);
            if (k > n) throw new UsageException($"--threshold {k} is more than --holders {n}");
            using var key = DataKeyFile.Load(result.GetValue(file)!);
            var (deal, shares) = KeyDeal.Split(key.Name, key.Bytes, k, n);
            Directory.CreateDirectory(folder);
            KeyDealFiles.Save(Path.Combine(folder, "deal.pem"), deal);
            foreach (var share in shares)
            {
                KeyDealFiles.Save(Path.Combine(folder, $"share-{share.Index}.pem"), share);
                share.Dispose();
            }
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>`mimir key combine`.</summary>
    public static Command Combine()
    {
        var deal = new Argument<string>("DEAL") { Description = "The deal.pem of 'mimir key split'" };
        var shares = new Option<string[]>("--share") { Description = "A holder's share; give as many as the key needs", HelpName = "FILE", Required = true };
        var output = new Option<string>("--out") { Description = "The key", HelpName = "FILE", Required = true };
        var command = new Command("combine", "Puts a key together from its holders' shares; a wrong share is named") { deal, shares, output };
        command.SetAction(result =>
        {
            var dealt = KeyDealFiles.LoadDeal(result.GetValue(deal)!);
            KeyShare[] loaded = [.. result.GetValue(shares)!.Select(KeyDealFiles.LoadShare)];
            var secret = dealt.Combine(loaded);
            try
            {
                using var key = new DataKey(dealt.KeyName, secret);
                DataKeyFile.Save(result.GetValue(output)!, key);
                return ExitCode.Done;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(secret);
                foreach (var share in loaded) share.Dispose();
            }
        });
        return command;
    }
}
