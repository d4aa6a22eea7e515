import { Menu } from '@base-ui/react/menu';
import { Icon } from '../parts/icon.tsx';
import { session } from '../session/gate.ts';
import { useViewer } from '../session/viewer.tsx';
import { setTheme, type Theme, themes, useTheme } from './theme.ts';

const names: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

export function AccountMenu() {
  const { principal, team } = useViewer();
  const theme = useTheme();
  return (
    <Menu.Root>
      <Menu.Trigger className="account" aria-label="You and this console">
        <Icon d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21a8 7 0 0 1 16 0" />
        <span>{team ?? principal}</span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6}>
          <Menu.Popup className="menu">
            <p className="menu-note">
              {principal}
              {team !== null && team !== undefined && <> of the team {team}</>}
            </p>
            <Menu.RadioGroup value={theme} onValueChange={(value) => setTheme(themes.find((one) => one === value) ?? 'system')}>
              {themes.map((one) => (
                <Menu.RadioItem key={one} value={one} className="menu-item">
                  <span className="menu-mark">{one === theme && '✓'}</span>
                  {names[one]}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className="menu-line" />
            <Menu.Item className="menu-item" onClick={() => void session.logOut()}>
              <span className="menu-mark" />
              Log out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
